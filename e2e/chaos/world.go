package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"workspace-order-console/internal/cloud/embedded"
)

const (
	project = "c4a05c4a05c4a05c4a05c4a05c4a05c4"
	account = "d0a1d0a1d0a1d0a1d0a1d0a1d0a1d0a1"
	region  = "ap-southeast-1"
	// cloudTimeout is short, for a call that hangs takes all of it.
	cloudTimeout = 2 * time.Second
	replicas     = 2
	startTimeout = 30 * time.Second
)

// world is the processes: a cloud that misbehaves and the consoles.
type world struct {
	dir     string
	console string
	seed    uint64
	faults  []string
	token   string

	cloudProcess *process
	urls         [replicas]string
	consoles     [replicas]*process
	mu           sync.Mutex // of consoles
	kills        atomic.Int64

	counting sync.Mutex
	hits     map[string]int
}

// process is a running child. Its output goes to a file.
type process struct {
	cmd  *exec.Cmd
	gone chan struct{}
	err  error
}

func (w *world) start(ctx context.Context) error {
	cloudDir := filepath.Join(w.dir, "cloud")
	if err := widen(ctx, cloudDir); err != nil {
		return err
	}
	addresses, err := freeAddresses(replicas + 1)
	if err != nil {
		return err
	}
	args := []string{"cloud", "--listen", addresses[replicas], "--data", cloudDir, "--fault-seed", strconv.FormatUint(w.seed, 10)}
	for _, fault := range w.faults {
		args = append(args, "--fault", fault)
	}
	w.hits = map[string]int{}
	if w.cloudProcess, err = w.spawn(ctx, "cloud", w.count, args...); err != nil {
		return err
	}
	made, err := exec.CommandContext(ctx, w.console, "key", "create", "--name", "chaos", "--role", "admin", "--format", "json",
		"--data", filepath.Join(w.dir, "console")).Output()
	if err != nil {
		return fmt.Errorf("key create: %w", err)
	}
	var key struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(made, &key); err != nil {
		return fmt.Errorf("key create: %w", err)
	}
	w.token = key.Token
	for i := range replicas {
		w.urls[i] = "http://" + addresses[i]
		if err := w.startConsole(ctx, i, "http://"+addresses[replicas]); err != nil {
			return err
		}
	}
	return nil
}

// widen makes the cloud's demo data and raises its quotas, so that none is ever in the way.
func widen(ctx context.Context, dir string) error {
	own, err := embedded.Open(ctx, embedded.Config{Dir: dir, ProjectID: project, Region: region})
	if err != nil {
		return err
	}
	for _, quota := range []string{"general_instances", "cores", "Memory", "volumes", "volume_gigabytes", "deh"} {
		err = errors.Join(err, own.SetQuota(ctx, quota, 1<<50))
	}
	return errors.Join(err, own.Close())
}

func freeAddresses(n int) ([]string, error) {
	var addresses []string
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer listener.Close() //nolint:errcheck // held until all are found, so that they differ
		addresses = append(addresses, listener.Addr().String())
	}
	return addresses, nil
}

// startConsole starts a replica at its address. The cloud's address is remembered by the first start.
func (w *world) startConsole(ctx context.Context, i int, cloudURL string) error {
	p, err := w.spawn(ctx, "console-"+strconv.Itoa(i), nil, "serve", "--listen", strings.TrimPrefix(w.urls[i], "http://"),
		"--data", filepath.Join(w.dir, "console"), "--cloud", "huaweicloud", "--region", region,
		"--workspace-endpoint", cloudURL, "--bss-endpoint", cloudURL, "--cloud-timeout", cloudTimeout.String(),
		"--cloud-rate=-1", "--reconcile-every", "5s")
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.consoles[i] = p
	w.mu.Unlock()
	return nil
}

func (w *world) cloudURL() string {
	args := w.cloudProcess.cmd.Args
	return "http://" + args[slices.Index(args, "--listen")+1]
}

// spawn starts the binary and waits until it says where it serves. Its log goes to a file, and line by line to see.
func (w *world) spawn(ctx context.Context, name string, see func(line string), args ...string) (*process, error) {
	log, err := os.OpenFile(filepath.Join(w.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(w.console, args...), gone: make(chan struct{})} //nolint:gosec,noctx // ended by stop
	p.cmd.Env = append(p.cmd.Environ(), "HUAWEICLOUD_SDK_AK=CHAOSAK", "HUAWEICLOUD_SDK_SK=chaos-secret", "HUAWEICLOUD_SDK_PROJECT_ID="+project,
		"HUAWEICLOUD_SDK_DOMAIN_ID="+account)
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	serving := make(chan struct{})
	var reading sync.WaitGroup
	reading.Go(func() {
		lines := bufio.NewScanner(stdout)
		for once := false; lines.Scan(); {
			if !once && strings.Contains(lines.Text(), " is at http://") {
				once = true
				close(serving)
			}
		}
	})
	reading.Go(func() {
		lines := bufio.NewScanner(io.TeeReader(stderr, log))
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if see != nil {
				see(lines.Text())
			}
		}
	})
	go func() {
		reading.Wait()
		p.err = errors.Join(p.cmd.Wait(), log.Close())
		close(p.gone)
	}()
	late := time.NewTimer(startTimeout)
	defer late.Stop()
	select {
	case <-serving:
		return p, nil
	case <-p.gone:
		return nil, fmt.Errorf("%s ended: %w (its log is in %s)", name, p.err, log.Name())
	case <-ctx.Done():
		return p, errors.Join(fmt.Errorf("%s did not start: %w", name, ctx.Err()), p.kill())
	case <-late.C:
		return p, errors.Join(fmt.Errorf("%s did not start in time", name), p.kill())
	}
}

// kill ends a process as hard as can be, and waits until it is gone.
func (p *process) kill() error {
	err := p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.gone
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// stop ends all processes in good order.
func (w *world) stop() error {
	var errs []error
	for i, p := range append(w.consoles[:], w.cloudProcess) {
		if p == nil {
			continue
		}
		_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may be gone already
		late := time.NewTimer(startTimeout)
		select {
		case <-p.gone:
			if p.err != nil {
				errs = append(errs, fmt.Errorf("process %d: %w", i, p.err))
			}
		case <-late.C:
			errs = append(errs, fmt.Errorf("process %d does not stop", i), p.kill())
		}
		late.Stop()
	}
	return errors.Join(errs...)
}

// killAndRestart kills a replica and starts it again.
func (w *world) killAndRestart(ctx context.Context, i int) error {
	w.mu.Lock()
	p := w.consoles[i]
	w.mu.Unlock()
	select {
	case <-p.gone:
		return fmt.Errorf("console %d ended by itself: %w", i, p.err)
	default:
	}
	if err := p.kill(); err != nil {
		return err
	}
	w.kills.Add(1)
	return w.startConsole(context.WithoutCancel(ctx), i, w.cloudURL())
}

var faultLine = regexp.MustCompile(`msg=fault fault="?orders:([a-z0-9-]+)`)

// count counts the faults that the cloud's log tells of.
func (w *world) count(line string) {
	if m := faultLine.FindStringSubmatch(line); m != nil {
		w.counting.Lock()
		w.hits[m[1]]++
		w.counting.Unlock()
	}
}

func (w *world) faultsHit() (each string, total int) {
	w.counting.Lock()
	defer w.counting.Unlock()
	var names []string
	for name, n := range w.hits {
		names = append(names, fmt.Sprintf("%s %d", name, n))
		total += n
	}
	slices.Sort(names)
	return strings.Join(names, ", "), total
}

var client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
