package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"workspace-order-console/internal/api"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/auth/identity"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/store"
	"workspace-order-console/internal/worker"
	"workspace-order-console/web/handlers"
)

type serveCmd struct{}

// The bounds of the server. A call to the /v2 door may wait for the cloud's answer, so writing takes the longest.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeader         = 16 << 10
	shutdownTimeout   = 10 * time.Second
	// senders is how many orders are on their way to the cloud at the same time.
	senders = 4
	// placeWait is how long the browser waits for an order's outcome before it is shown running.
	placeWait = 2 * time.Second
	// signinLife is how long a sign-in link holds.
	signinLife = 15 * time.Minute
)

// Run runs the console until it is told to stop.
func (serveCmd) Run(ctx context.Context, f *Flags, o *output) error {
	return serve(ctx, f, o, hooks{})
}

// hooks let tests stand in for parts of the program.
type hooks struct {
	// step is called after each named step of an order's life (worker.Config, orders.Config).
	step func(string)
	// grace is how long an answer may be overdue; the worker's own when 0.
	grace time.Duration
	// wrap replaces the cloud.
	wrap func(cloud.Cloud) cloud.Cloud
	// asleep keeps the worker from claiming anything.
	asleep bool
	// ready is called with the address once the console serves.
	ready func(publicURL string)
}

func serve(ctx context.Context, f *Flags, o *output, h hooks) (err error) {
	log := f.logger(o.err)
	if err := f.checkCloud(); err != nil {
		return err
	}
	people, err := f.identity(time.Now)
	if err != nil {
		return usageError{err}
	}
	// first of all, so that a start that fails for its address leaves nothing behind
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.Listen)
	if err != nil {
		return err
	}
	served := false
	defer func() {
		if !served {
			err = errors.Join(err, listener.Close())
		}
	}()
	db, err := f.openPinned(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	sealer, err := f.sealer(ctx, db)
	if err != nil {
		return err
	}
	name := orders.NewID()
	here, err := f.join(ctx, db, name, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, here.leave()) }()
	c, closeCloud, err := f.openCloud(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeCloud()) }()
	if h.wrap != nil {
		c = h.wrap(c)
	}

	publicURL := f.PublicURL
	if publicURL == "" {
		publicURL = "http://" + listener.Addr().String()
	}
	if err := db.SetPublicURL(ctx, publicURL); err != nil {
		return err
	}

	claiming := senders
	if h.asleep {
		claiming = 0
	}
	hands := worker.New(worker.Config{Cloud: c, Journal: db, Stock: db, Sweeper: db, Duties: db, Log: log, Now: time.Now,
		CloudTimeout: f.CloudTimeout, Grace: h.grace, Senders: claiming, ReconcileEvery: f.ReconcileEvery, Alone: here.alone, Recovered: here.share, Gone: here.gone,
		Pulse: db.Refresh, Name: name, Step: h.step})
	service := orders.NewService(orders.Config{Journal: db, Inventory: db, Teams: db, Quoter: c, Billing: c, ProjectID: f.ProjectID,
		SecondPerson: f.Auth != "local", RequestExpiry: f.RequestExpiry, Region: f.Region, TagOrders: f.Cloud == cloudHuaweiCloud, Now: time.Now, Step: h.step})
	guard, err := f.guard()
	if err != nil {
		return usageError{err}
	}
	mailer, err := f.mailer()
	if err != nil {
		return usageError{err}
	}
	teller := notify.New(notify.Config{Book: db, Journal: db, Mailer: mailer, Directory: directory{db, db, time.Now}, Sealer: sealer, Guard: guard, PublicURL: publicURL, Log: log, Now: time.Now})
	var withoutAddress func() int64
	if mailer != nil {
		withoutAddress = teller.WithoutAddress
	}
	ring := auth.NewKeyRing(db, sealer, time.Now)
	web := handlers.New(handlers.Config{
		Service: service, Inventory: db, Journal: db, Sessions: db, Keys: db, Teams: orders.NewTeamService(db), TeamBook: db, Sealer: sealer, Audit: db, Tokens: ring,
		Identity: people, People: db, AdminGroup: f.AdminGroup, Contact: f.Contact, LogoutURL: f.LogoutURL,
		Webhooks: db, Guard: guard, WithoutAddress: withoutAddress,
		Ready:   func(ctx context.Context) error { return ready(ctx, db, c) },
		Refresh: hands.WantRefresh,
		Cloud:   f.Cloud, Region: f.Region, ProjectID: f.ProjectID, PublicURL: publicURL, Version: version,
		Stats: stats(c), Grace: f.ReconcileGrace,
		Wait: placeWait, Now: time.Now, Log: log,
	})
	api.Register(web.Group("/v2"), api.Config{Orders: service, Keys: ring, ProjectID: f.ProjectID, PublicURL: publicURL,
		Wait: f.CloudTimeout + 5*time.Second, Version: version, Log: log, Now: time.Now})
	var handler http.Handler = web
	if people != nil {
		handler = identity.CloseChunked(web)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		WriteTimeout: f.CloudTimeout + 30*time.Second,
		ErrorLog:     slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}

	where := f.Data
	if f.Database != "" {
		where = db.String()
	}
	fmt.Fprintf(o.out, "The console is at %s (%s cloud, data in %s)\n", publicURL, f.Cloud, where)
	if people == nil {
		link, err := signinLink(ctx, db, publicURL)
		if err != nil {
			return err
		}
		fmt.Fprintf(o.out, "Sign in, once and within %d minutes: %s\n", int(signinLife.Minutes()), link)
	}
	if h.ready != nil {
		h.ready(publicURL)
	}
	served = true
	return both(ctx, working(hands, teller), server, listener)
}

// both runs the worker and the server until the context ends or one of them fails, then stops the server, so that
// nothing new comes in, and after it the worker, which finishes what is on its way.
func both(ctx context.Context, work func(context.Context) error, server *http.Server, listener net.Listener) error {
	toWork, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	worked, served := make(chan error, 1), make(chan error, 1)
	go func() { worked <- work(toWork) }()
	go func() { served <- server.Serve(listener) }()
	var failed error
	select {
	case <-ctx.Done():
	case failed = <-served:
		served <- http.ErrServerClosed // told already
	case failed = <-worked:
		worked <- nil // told already
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	down := server.Shutdown(stopping)
	if errors.Is(down, context.DeadlineExceeded) {
		down = server.Close()
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		failed = errors.Join(failed, err)
	}
	stopWork()
	return errors.Join(failed, down, <-worked)
}

// stats is how the calls to a cloud fare; nil for a cloud that has nothing to tell.
func stats(c cloud.Cloud) func() cloud.Stats {
	if watched, ok := c.(cloud.Watched); ok {
		return watched.Stats
	}
	return nil
}

// ready tells whether the console can work.
func ready(ctx context.Context, db *store.Store, c cloud.Cloud) error {
	if err := db.Ready(ctx); err != nil {
		return err
	}
	_, err := c.Workspace(ctx)
	return err
}
