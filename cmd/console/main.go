// Command console is the Workspace Order Console: it reads flags and the environment, wires the parts together, runs
// them and shuts them down. It is the only reader of the environment.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set when the program is built for release.
var version = "dev"

// cli is the command line. Every flag has an environment twin with the prefix CONSOLE_.
type cli struct {
	Flags

	Serve   serveCmd   `cmd:"" default:"withargs" help:"Run the console (the default)."`
	Cloud   cloudCmd   `cmd:"" help:"Run the embedded cloud alone, over HTTP, as a stand-in for the real one."`
	Key     keyCmd     `cmd:"" help:"API keys of the /v2 door."`
	Team    teamCmd    `cmd:"" help:"Teams, as YAML."`
	Signin  signinCmd  `cmd:"" help:"Print a new one-time sign-in link for a running console."`
	Health  healthCmd  `cmd:"" help:"Exit 0 when the console of these flags is ready."`
	Seed    seedCmd    `cmd:"" help:"Fill a database with believable orders and audit entries, for benchmarks and demos."`
	Backup  backupCmd  `cmd:"" help:"Write a consistent copy of the database to a file."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// usageError is wrong usage: exit code 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// run is the program without the process around it. It returns the exit code: 0 done, 1 the check or work failed, 2
// wrong usage; an error is one line on stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("console"),
		kong.Description("Buys, changes and batch-changes yearly/monthly Huawei Cloud Workspace desktops and pools."),
		kong.DefaultEnvars("CONSOLE"),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code; panic(exit{}) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(&output{stdout, stderr}),
		kong.BindTo(os.Stdin, (*io.Reader)(nil)),
	)
	if err != nil {
		fmt.Fprintln(stderr, "console:", err)
		return 1
	}
	err = func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				if _, ok := p.(exit); !ok {
					panic(p)
				}
			}
		}()
		parsed, err := parser.Parse(args)
		if err != nil {
			return usageError{err}
		}
		if err := c.check(); err != nil {
			return usageError{err}
		}
		return parsed.Run(&c.Flags)
	}()
	var usage usageError
	switch {
	case exited >= 0:
		return exited
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintln(stderr, "console:", err)
		return 2
	}
	fmt.Fprintln(stderr, "console:", err)
	return 1
}

// exit is thrown where kong would end the process, after printing its help.
type exit struct{}

// output is where commands print.
type output struct{ out, err io.Writer }

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(o *output) error {
	_, err := fmt.Fprintln(o.out, "console", version)
	return err
}
