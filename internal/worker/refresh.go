package worker

import (
	"context"
	"errors"
	"fmt"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// WantRefresh asks for a new inventory soon; it never waits.
func (w *Worker) WantRefresh() {
	select {
	case w.refresh <- struct{}{}:
	default:
	}
}

// pageSize is how many items are asked for at a time: the smallest maximum of the wire's lists.
const pageSize = 100

// Refresh reads the whole inventory and catalogue and replaces the cache. What cannot be read leaves the cache as it
// was, with the reason noted. It never tells of more.
func (w *Worker) Refresh(ctx context.Context) (more bool, err error) {
	snapshot, err := w.snapshot(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return false, nil
		}
		return false, errors.Join(fmt.Errorf("inventory: %w", err), w.Stock.InventoryFailed(ctx, problemOf(err)))
	}
	if err := w.Stock.ReplaceInventory(ctx, snapshot); err != nil {
		return false, err
	}
	return false, w.tellFates(ctx, snapshot)
}

func problemOf(err error) string {
	var e *cloud.Error
	if errors.As(err, &e) {
		return e.Error()
	}
	return "the cloud did not answer"
}

func (w *Worker) snapshot(ctx context.Context) (orders.Snapshot, error) {
	s := orders.Snapshot{TakenAt: w.Now()}
	reads := []func(context.Context) error{
		func(ctx context.Context) error { return all(ctx, w, &s.Desktops, w.Cloud.Desktops) },
		func(ctx context.Context) error { return all(ctx, w, &s.Pools, w.Cloud.Pools) },
		func(ctx context.Context) error { return all(ctx, w, &s.Products, w.Cloud.Products) },
		func(ctx context.Context) error { return all(ctx, w, &s.Sharers, w.Cloud.SharerProducts) },
		func(ctx context.Context) error { return all(ctx, w, &s.Images, w.Cloud.Images) },
		func(ctx context.Context) error { return all(ctx, w, &s.Users, w.Cloud.Users) },
		func(ctx context.Context) error { return all(ctx, w, &s.UserGroups, w.Cloud.UserGroups) },
		func(ctx context.Context) error { return all(ctx, w, &s.NamePolicies, w.Cloud.NamePolicies) },
		func(ctx context.Context) error { return all(ctx, w, &s.Bandwidths, w.Cloud.Bandwidths) },
		func(ctx context.Context) error { return all(ctx, w, &s.EIPs, w.Cloud.EIPs) },
		func(ctx context.Context) error { return all(ctx, w, &s.Hosts, w.Cloud.Hosts) },
		func(ctx context.Context) error { return one(ctx, w, &s.Volumes, w.Cloud.VolumeTypes) },
		func(ctx context.Context) error { return one(ctx, w, &s.Zones, w.Cloud.AvailabilityZones) },
		func(ctx context.Context) error { return one(ctx, w, &s.Subnets, w.Cloud.Subnets) },
		func(ctx context.Context) error { return one(ctx, w, &s.SecurityGroups, w.Cloud.SecurityGroups) },
		func(ctx context.Context) error { return one(ctx, w, &s.Quotas, w.Cloud.Quotas) },
		func(ctx context.Context) error { return one(ctx, w, &s.Workspace, w.Cloud.Workspace) },
	}
	for _, read := range reads {
		if err := read(ctx); err != nil {
			return s, err
		}
	}
	return s, nil
}

// within runs one read within the cloud's timeout.
func within[T any](ctx context.Context, w *Worker, read func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, w.CloudTimeout)
	defer cancel()
	return read(ctx)
}

// all reads every page of a list, each within the cloud's timeout.
func all[T any](ctx context.Context, w *Worker, into *[]T, read func(context.Context, cloud.Page) (cloud.List[T], error)) error {
	items, err := cloud.All(ctx, pageSize, func(ctx context.Context, page cloud.Page) (cloud.List[T], error) {
		return within(ctx, w, func(ctx context.Context) (cloud.List[T], error) { return read(ctx, page) })
	})
	*into = items
	return err
}

func one[T any](ctx context.Context, w *Worker, into *T, read func(context.Context) (T, error)) error {
	value, err := within(ctx, w, read)
	*into = value
	return err
}
