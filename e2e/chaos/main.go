// Command chaos holds the console to its promise: never twice, never lost. It runs a cloud that misbehaves and two consoles
// on one database, has the same orders submitted again and again while the consoles are killed, and in the end holds the
// cloud's own book against the console's journal. docs/chaos.md tells more.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// options are what the command line sets.
type options struct {
	console string
	dir     string
	orders  int
	kills   int
	workers int
	seed    uint64
	limit   time.Duration
	settle  time.Duration
	faults  string
	keep    bool
}

// usualFaults are all that the cloud can do wrong to an order call. 429 stands apart: its Retry-After holds a console's calls
// for a second each time.
const usualFaults = "refuse:p=0.01;409:p=0.01;429=1s:p=0.002;500-before:p=0.01;500-after:p=0.01;hang-before:p=0.004;" +
	"hang-after:p=0.004;drop-before:p=0.005;drop-after:p=0.005;cut:p=0.01;late=1s:p=0.01;lost=5s:p=0.05;wrong-json:p=0.01;" +
	"200-error:p=0.005;200-error-after:p=0.005"

func main() {
	var o options
	flag.StringVar(&o.console, "console", "bin/console", "the console's binary")
	flag.StringVar(&o.dir, "dir", "", "folder for the data; a temporary one when empty")
	flag.IntVar(&o.orders, "orders", 10000, "how many orders")
	flag.IntVar(&o.kills, "kills", 550, "how many kills to aim for; they are spread over the orders")
	flag.IntVar(&o.workers, "workers", 64, "how many orders are submitted at the same time, each three times")
	flag.Uint64Var(&o.seed, "seed", 1, "another number makes other orders, kills and faults")
	flag.DurationVar(&o.limit, "limit", 5*time.Minute, "the longest that it may take")
	flag.DurationVar(&o.settle, "settle", 40*time.Second, "how long the consoles may look into doubt at the end")
	flag.StringVar(&o.faults, "faults", usualFaults, "faults of order calls, by docs/cloud.md without the routes")
	flag.BoolVar(&o.keep, "keep", false, "leave the data where they are")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := 0
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		code = 1
	}
	stop()
	os.Exit(code)
}

// errWrong is a run whose books do not agree.
var errWrong = errors.New("the books do not agree")

func run(ctx context.Context, o options, out io.Writer) (err error) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "chaos-*"); err != nil {
			return err
		}
		defer func() {
			if o.keep || err != nil {
				fmt.Fprintln(out, "data in", o.dir)
				return
			}
			err = errors.Join(err, os.RemoveAll(o.dir))
		}()
	}
	w := &world{dir: o.dir, console: o.console, seed: o.seed}
	for _, fault := range strings.Split(o.faults, ";") {
		if fault = strings.TrimSpace(fault); fault != "" {
			w.faults = append(w.faults, "orders:"+fault)
		}
	}
	if err := w.start(ctx); err != nil {
		return errors.Join(err, w.stop())
	}
	d := newDriver(o, w)
	killer := make(chan error, 1)
	killing, stopKilling := context.WithCancel(ctx)
	go func() { killer <- d.kill(killing, rand.New(rand.NewPCG(o.seed, 2))) }()
	driven := d.submitAll(ctx)
	stopKilling()
	killed := <-killer
	fmt.Fprintf(out, "submitted    %d of %d orders in %.0f s\n", d.done.Load(), o.orders, time.Since(start).Seconds())
	if driven == nil && killed == nil {
		driven = d.settle(ctx, o.settle)
	}
	inTime := !errors.Is(ctx.Err(), context.DeadlineExceeded)
	if inTime {
		err = driven
	}
	if err := errors.Join(err, killed, w.stop()); err != nil {
		return err
	}
	check, err := d.check(context.WithoutCancel(ctx), filepath.Join(o.dir, "cloud"), filepath.Join(o.dir, "console"))
	if err != nil {
		return err
	}
	hits, total := w.faultsHit()
	fmt.Fprintf(out, "orders       %d (%s)\n", o.orders, check.states)
	fmt.Fprintf(out, "submissions  %d, of which %d were cut off or had to be repeated\n", d.submissions.Load(), d.repeated.Load())
	fmt.Fprintf(out, "calls        %d to the cloud's order routes; %d orders in its book\n", check.calls, check.book)
	fmt.Fprintf(out, "kills        %d\n", w.kills.Load())
	fmt.Fprintf(out, "faults       %d (%s)\n", total, hits)
	for _, problem := range check.problems[:min(len(check.problems), 40)] {
		fmt.Fprintln(out, "  ", problem)
	}
	fmt.Fprintf(out, "duplicates   %d\nlost         %d\nmislabelled  %d\n", check.duplicates, check.lost, check.mislabelled)
	fmt.Fprintf(out, "left         %d to people, of which %d are in the cloud's book; %d were settled by evidence\n",
		check.left, check.leftInBook, check.settled)
	fmt.Fprintf(out, "seconds      %.0f\n", time.Since(start).Seconds())
	if check.duplicates+check.lost+check.mislabelled > 0 {
		return errWrong
	}
	if !inTime || check.endless > 0 {
		return fmt.Errorf("not done within %s: %d orders have no end", o.limit, check.endless)
	}
	return nil
}
