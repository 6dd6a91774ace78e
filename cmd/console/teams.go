package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud/embedded"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
	"workspace-order-console/internal/store"
)

type teamCmd struct {
	Export teamExportCmd `cmd:"" help:"Write all teams as YAML."`
	Apply  teamApplyCmd  `cmd:"" help:"Make the teams what a YAML file says. Teams that it does not name stay as they are."`
}

type teamExportCmd struct {
	File string `arg:"" default:"-" help:"The file to write; - is the output."`
}

// Run writes all teams as YAML.
func (e teamExportCmd) Run(ctx context.Context, f *Flags, o *output) (err error) {
	db, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	text, err := orders.NewTeamService(db).Export(ctx, operator)
	if err != nil {
		return err
	}
	if e.File == "-" {
		_, err = o.out.Write(text)
		return err
	}
	return os.WriteFile(e.File, text, 0o600)
}

type teamApplyCmd struct {
	File   string `arg:"" help:"The file to read; - is the input."`
	DryRun bool   `help:"Say what would be done, and do nothing."`
	Prune  bool   `help:"Delete the teams that the file does not name."`
}

// Run applies a file of teams, all of it or nothing. Wrong YAML is wrong usage, one line for each problem.
func (a teamApplyCmd) Run(ctx context.Context, f *Flags, o *output, in io.Reader) (err error) {
	text, err := a.read(in)
	if err != nil {
		return usageError{err}
	}
	db, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	service := orders.NewTeamService(db)
	plan, file, err := service.Plan(ctx, operator, policy.Read(text), a.Prune)
	var wrong *orders.Error
	if errors.As(err, &wrong) && wrong.Code == orders.CodeInvalid {
		return usageError{errors.New(a.complaint(file))}
	}
	if err == nil && !a.DryRun {
		err = service.Apply(ctx, operator, plan)
	}
	if err != nil {
		return plainly(err)
	}
	return report(o.out, plan, a.DryRun)
}

// read reads the file, and no more of it than a file of teams may have.
func (a teamApplyCmd) read(in io.Reader) ([]byte, error) {
	if a.File != "-" {
		file, err := os.Open(a.File)
		if err != nil {
			return nil, err
		}
		defer file.Close() //nolint:errcheck // only read
		in = file
	}
	return io.ReadAll(io.LimitReader(in, policy.MaxFile+1))
}

// complaint is a line for each problem: file, line, path, and what is allowed.
func (a teamApplyCmd) complaint(file policy.File) string {
	say, name := i18n.For(""), a.File
	if name == "-" {
		name = "input"
	}
	lines := make([]string, len(file.Problems))
	for i, p := range file.Problems {
		at := name
		if line := file.Line(p.Path); line > 0 {
			at = fmt.Sprintf("%s:%d", name, line)
		}
		lines[i] = fmt.Sprintf("%s: %s %s", at, p.Path, say.Say(p.Key, p.Args))
	}
	return strings.Join(lines, "\nconsole: ")
}

// report says what was done, or would be, to each team.
func report(out io.Writer, plan orders.TeamPlan, dry bool) error {
	var text strings.Builder
	if dry {
		text.WriteString("Nothing is done yet; this is what would be:\n")
	}
	for _, change := range plan.Changes {
		word := strings.TrimPrefix(change.Action(), "team.")
		fmt.Fprintf(&text, "%-9s  %s\n", word, change.Name)
		if change.Before == nil || change.After == nil {
			continue
		}
		for _, d := range policy.Differences(change.Before, change.After) {
			fmt.Fprintf(&text, "           %s: %s → %s\n", d.Path, orNone(d.Before), orNone(d.After))
		}
	}
	for _, name := range plan.Unchanged {
		fmt.Fprintf(&text, "%-9s  %s\n", "unchanged", name)
	}
	for _, name := range plan.Left {
		fmt.Fprintf(&text, "%-9s  %s (not in the file; --prune deletes it)\n", "left", name)
	}
	_, err := io.WriteString(out, text.String())
	return err
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

// plainly puts an error of the service into words.
func plainly(err error) error {
	var e *orders.Error
	if errors.As(err, &e) {
		return errors.New(i18n.For("").Say(e.Message.Key, e.Message.Args))
	}
	return err
}

// demoTeams gives a database of the embedded cloud the teams of its demo data, unless it ever had any teams.
func (f *Flags) demoTeams(ctx context.Context, db *store.Store) error {
	if f.Cloud != cloudEmbedded {
		return nil
	}
	teams, err := embedded.DemoTeams()
	if err != nil {
		return err
	}
	return db.FirstTeams(ctx, auth.Console, teams)
}
