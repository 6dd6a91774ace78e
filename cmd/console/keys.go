package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"workspace-order-console/internal/auth"
)

type keyCmd struct {
	Create keyCreateCmd `cmd:"" help:"Make a key and print its token, once."`
	List   keyListCmd   `cmd:"" help:"List the keys."`
	Revoke keyRevokeCmd `cmd:"" help:"Revoke a key."`
	Reseal keyResealCmd `cmd:"" help:"When seal.key is lost: revoke the keys and disable the webhooks that need it, and take the present one."`
}

// operator is who uses the command line: whoever can read the data folder, or has the database's password.
var operator = auth.CommandLine

type keyCreateCmd struct {
	Name   string `required:"" help:"What the key is called; audit entries name it."`
	Role   string `required:"" help:"What it may do: admin, approver, buyer, viewer or auditor."`
	Team   string `help:"The team it is bound to, which must exist. Needed for every role but admin, once there are teams; an admin's is bound to none."`
	For    string `help:"Whose it is, by the name that the sign-in proxy gives them: they do not approve what it asks for. Without it, what it asks for is an admin's to approve."`
	Format string `enum:"text,json" default:"text" help:"text or json."`
}

// Run makes a key. Its token and secret key are printed here and never again.
func (k keyCreateCmd) Run(ctx context.Context, f *Flags, o *output) (err error) {
	db, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	sealer, err := f.sealer(ctx, db)
	if err != nil {
		return err
	}
	person := operator.Name
	if k.For != "" {
		if person = k.For; auth.Reserved(person) {
			return usageError{fmt.Errorf("--for: %q is nobody who can sign in", person)}
		}
	}
	key, shown, err := auth.NewKey(sealer, k.Name, auth.Role(k.Role), k.Team, person, time.Now())
	if err != nil {
		return usageError{err}
	}
	if err := db.CreateKey(ctx, key, operator); errors.Is(err, auth.ErrNoTeam) {
		return fmt.Errorf("there is no team %q", k.Team)
	} else if errors.Is(err, auth.ErrTeamWanted) {
		return usageError{fmt.Errorf("a key of role %s sees one team's alone: say which with --team", k.Role)}
	} else if err != nil {
		return err
	}
	if k.Format == "json" {
		return json.NewEncoder(o.out).Encode(map[string]any{"id": key.ID, "name": key.Name, "role": key.Role, "team": orNull(key.Team),
			"token": shown.Token.Reveal(), "ak": key.AK, "sk": shown.SK.Reveal()})
	}
	of := "no team"
	if key.Team != "" {
		of = "team " + key.Team
	}
	_, err = fmt.Fprintf(o.out, "Key %s (%s, %s, %s)\nShown once:\n  token  %s\n  AK     %s\n  SK     %s\n",
		key.ID, key.Name, key.Role, of, shown.Token.Reveal(), key.AK, shown.SK.Reveal())
	return err
}

type keyListCmd struct {
	Format string `enum:"text,json" default:"text" help:"text or json (one object a line)."`
}

// Run lists all keys, newest first.
func (k keyListCmd) Run(ctx context.Context, f *Flags, o *output) (err error) {
	db, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	table := tabwriter.NewWriter(o.out, 0, 0, 2, ' ', 0)
	if k.Format == "text" {
		fmt.Fprintln(table, "ID\tNAME\tROLE\tTEAM\tCREATED\tLAST USED\tREVOKED")
	}
	for after := ""; ; {
		keys, next, err := db.Keys(ctx, after, 100)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if k.Format == "json" {
				err = json.NewEncoder(o.out).Encode(map[string]any{"id": key.ID, "name": key.Name, "role": key.Role, "team": orNull(key.Team),
					"created_at": stamp(key.CreatedAt), "last_used_at": stamp(key.UsedAt), "revoked_at": stamp(key.RevokedAt)})
			} else {
				_, err = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", key.ID, key.Name, key.Role, orDash(key.Team), day(key.CreatedAt), day(key.UsedAt), day(key.RevokedAt))
			}
			if err != nil {
				return err
			}
		}
		if next == "" {
			return table.Flush()
		}
		after = next
	}
}

// orNull is a text as scripts read it; nil for none.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// orDash is a text as people read it in a table.
func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// stamp is a time as scripts read it; nil for none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// day is a time as people read it.
func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

type keyRevokeCmd struct {
	ID string `arg:"" help:"The key's ID."`
}

// Run revokes a key: it is refused from then on.
func (k keyRevokeCmd) Run(ctx context.Context, f *Flags, o *output) (err error) {
	db, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.RevokeKey(ctx, k.ID, operator); errors.Is(err, auth.ErrNotFound) {
		return fmt.Errorf("there is no live key %s", k.ID)
	} else if err != nil {
		return err
	}
	_, err = fmt.Fprintln(o.out, "Revoked", k.ID)
	return err
}
