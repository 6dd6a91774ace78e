package main

import (
	"context"
	"os/signal"
	"syscall"
	"time"
)

const (
	testProject = "0bec5db98280d2d02fd6c00c2de791ce"
	testTimeout = 20 * time.Second
)

// signalled is a context that ends when the process is told to stop.
func signalled() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), syscall.SIGTERM)
}
