package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud/cloudhttp"
	"workspace-order-console/internal/cloud/embedded"
)

type cloudCmd struct {
	AK        string        `name:"ak" env:"CONSOLE_AK,HUAWEICLOUD_SDK_AK" help:"The access key that requests are signed with."`
	SK        auth.Secret   `name:"sk" env:"CONSOLE_SK,HUAWEICLOUD_SDK_SK" help:"Its secret key. Better given in the environment: a command line can be read by others."`
	Token     []auth.Secret `help:"An IAM token that is taken in place of a signature, as TOKEN or, to let it expire so long after the start, TOKEN@30m; repeatable."`
	DomainID  string        `name:"domain-id" env:"CONSOLE_DOMAIN_ID,HUAWEICLOUD_SDK_DOMAIN_ID" help:"The account's ID; requests may name any when empty."`
	Fault     []string      `sep:"none" help:"Something to go wrong on purpose, such as subscribe:500-after:p=0.1; repeatable. docs/cloud.md has the language."`
	FaultSeed uint64        `name:"fault-seed" default:"1" help:"Another number makes other chances of faults."`
}

const (
	// cloudListen is where the cloud listens unless told otherwise: beside the console, not in its place.
	cloudListen = "127.0.0.1:9090"
	// cloudWriteTimeout bounds an answer. Late and hanging ones lift it for themselves.
	cloudWriteTimeout = 30 * time.Second
)

// Run serves the embedded cloud until it is told to stop.
func (k cloudCmd) Run(ctx context.Context, line *kong.Context, f *Flags, o *output) error {
	if !given(line, "listen") {
		f.Listen = cloudListen
	}
	return k.serve(ctx, f, o)
}

// given tells that a flag was not left at its default.
func given(line *kong.Context, name string) bool {
	for _, element := range line.Path {
		if element.Flag != nil && element.Flag.Name == name {
			return true
		}
	}
	for _, flag := range line.Flags() {
		if flag.Name != name {
			continue
		}
		for _, variable := range flag.Tag.Envs {
			if _, set := os.LookupEnv(variable); set {
				return true
			}
		}
	}
	return false
}

func (k cloudCmd) serve(ctx context.Context, f *Flags, o *output) (err error) {
	if (k.AK == "") != (k.SK.Reveal() == "") || k.AK == "" && len(k.Token) == 0 {
		return usageError{errors.New("--ak and --sk (or HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK): both are needed, or a --token")}
	}
	texts := make([]string, len(k.Token))
	for i, token := range k.Token {
		texts[i] = token.Reveal()
	}
	tokens, err := cloudhttp.ParseTokens(time.Now(), texts...)
	if err != nil {
		return usageError{fmt.Errorf("--token: %w", err)}
	}
	faults, err := cloudhttp.ParseFaults(k.Fault...)
	if err != nil {
		return usageError{fmt.Errorf("--fault: %w", err)}
	}
	log := f.logger(o.err)
	own, err := embedded.Open(ctx, embedded.Config{Dir: f.Data, ProjectID: f.ProjectID, Region: f.Region, Speed: f.EmbeddedSpeed, Logger: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, own.Close()) }()
	api := cloudhttp.New(cloudhttp.Config{Cloud: own, AK: k.AK, SK: k.SK, Tokens: tokens, ProjectID: f.ProjectID, DomainID: k.DomainID, Region: f.Region,
		Faults: faults, FaultSeed: k.FaultSeed, Logger: log})
	server := &http.Server{
		Handler:           api,
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: cloudWriteTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.Listen)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(o.out, "The cloud is at http://%s (project %s, data in %s)\n", listener.Addr(), f.ProjectID, f.Data); err != nil {
		return errors.Join(err, listener.Close())
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	api.Close() // what a fault holds would hold the stop as well
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err = server.Shutdown(stopping); errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if failed := <-served; !errors.Is(failed, http.ErrServerClosed) {
		err = errors.Join(err, failed)
	}
	return err
}
