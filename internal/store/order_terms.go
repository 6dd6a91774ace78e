package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

const (
	// mostTerms bounds the terms of one order.
	mostTerms = 4000
	// termsAtOnce is how many terms one statement inserts.
	termsAtOnce = 50
	// indexedAtOnce is how many old orders are read at once while they are indexed for the first time.
	indexedAtOnce = 200
)

// index writes down what an order can be found by. It comes after the order's row, in the same transaction.
func (t *tx) index(o orders.Order) error {
	found := terms{}
	found.addID(o.ID)
	found.addText(o.Actor)
	found.addText(o.Reason)
	found.addText(o.DesktopID)
	for _, arg := range o.Summary.Args {
		found.addValue(arg)
	}
	found.addJSON(o.Body)
	if err := t.namesOf(o.Targets, found); err != nil {
		return err
	}
	return t.addTerms(o.ID, found)
}

// namesOf adds what people call the things that an order touches, as they are called now.
func (t *tx) namesOf(targets []string, found terms) error {
	ids := map[string][]any{}
	for _, target := range targets {
		kind, id, _ := strings.Cut(target, ":")
		ids[kind] = append(ids[kind], id)
		found.addText(id)
	}
	if some := ids["desktop"]; len(some) > 0 {
		var a arguments
		desktops, err := list(t.ctx, t, fromJSON[cloud.Desktop], `SELECT json FROM desktops WHERE desktop_id IN `+in(&a, some), a...)
		if err != nil {
			return err
		}
		for _, d := range desktops {
			found.addText(d.ComputerName)
			found.addText(d.UserName)
		}
	}
	if some := ids["pool"]; len(some) > 0 {
		var a arguments
		pools, err := list(t.ctx, t, fromJSON[cloud.Pool], `SELECT json FROM pools WHERE id IN `+in(&a, some), a...)
		if err != nil {
			return err
		}
		for _, p := range pools {
			found.addText(p.Name)
		}
	}
	return nil
}

// addTerms adds terms to those of an order.
func (t *tx) addTerms(orderID string, found terms) error {
	all := found.list()
	for all = all[:min(len(all), mostTerms)]; len(all) > 0; {
		some := all[:min(len(all), termsAtOnce)]
		all = all[len(some):]
		if err := t.insertTerms(orderID, some); err != nil {
			return fmt.Errorf("terms: %w", err)
		}
	}
	return nil
}

// insertTerms inserts some terms; those that the order has already stay as they are.
func (t *tx) insertTerms(orderID string, some []string) error {
	a := arguments{orderID}
	rows := make([]string, len(some))
	for i, term := range some {
		rows[i] = "SELECT " + "CAST(" + a.add(term) + " AS TEXT)" + " AS term"
	}
	_, err := t.exec(`INSERT INTO order_terms (order_id, term, team, created_at)
		SELECT o.id, w.term, coalesce(o.team, ''), o.created_at FROM orders o CROSS JOIN (`+strings.Join(rows, " UNION ALL ")+`) AS w
		WHERE o.id = $1 ON CONFLICT DO NOTHING`, a...)
	return err
}

// indexOrders indexes the orders that were there before the index was, with their cloud orders and comments. It runs inside
// a migration: it may read nothing but what the database had by then, whatever came later.
func indexOrders(ctx context.Context, begun *sql.Tx) error {
	t := &tx{Tx: begun, ctx: ctx}
	t.bulk()
	after := orders.Cursor{}
	for {
		some, err := list(ctx, t, func(row scanner) (o orders.Order, err error) {
			err = row.Scan(&o.ID, &o.Actor, &o.Reason, &o.DesktopID, summary{&o.Summary}, &o.Body, at{&o.CreatedAt})
			return o, err
		}, `SELECT o.id, o.actor, o.reason, o.desktop_id, o.summary, o.body, o.created_at FROM orders o
			WHERE (o.created_at, o.id) > ($1, $2) ORDER BY o.created_at, o.id LIMIT $3`, micros(after.CreatedAt), after.ID, indexedAtOnce)
		if err != nil || len(some) == 0 {
			return err
		}
		for _, o := range some {
			if err := t.indexOld(o); err != nil {
				return fmt.Errorf("order %s: %w", o.ID, err)
			}
		}
		after = cursorOf(some[len(some)-1])
	}
}

// indexOld indexes an order with what came to it after it was made.
func (t *tx) indexOld(o orders.Order) (err error) {
	if o.Targets, err = list(t.ctx, t, column[string], `SELECT target FROM order_targets WHERE order_id = $1`, o.ID); err != nil {
		return err
	}
	if err := t.index(o); err != nil {
		return err
	}
	made, err := list(t.ctx, t, column[string], `SELECT cloud_order_id FROM cloud_orders WHERE order_id = $1 AND cloud_order_id IS NOT NULL`, o.ID)
	if err != nil {
		return err
	}
	said, err := list(t.ctx, t, column[string], `SELECT text FROM comments WHERE order_id = $1`, o.ID)
	if err != nil {
		return err
	}
	found := terms{}
	for _, id := range made {
		found.addID(id)
	}
	for _, text := range said {
		found.addText(text)
	}
	return t.addTerms(o.ID, found)
}
