package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

type healthCmd struct{}

// Run asks the console that listens where these flags say whether it is ready.
func (healthCmd) Run(ctx context.Context, f *Flags) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+f.Listen+"/readyz", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("not reached: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: HTTP %d", response.StatusCode)
	}
	return nil
}
