package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// countedUpTo is how far lists are counted; beyond it nobody needs the number.
const countedUpTo = 1001

// desktopSorts are the columns that desktops can be sorted by, by wire name.
var desktopSorts = map[string]string{"computer_name": "name_key", "user_name": "user_key", "product_id": "product_id",
	"status": "status", "expire_time": "expire_time", "created": "created"}

// DesktopSorts lists the wire names that desktops can be sorted by.
var DesktopSorts = []string{"computer_name", "user_name", "product_id", "status", "expire_time", "created"}

// poolSorts are the columns that pools can be sorted by, by wire name.
var poolSorts = map[string]string{"name": "name_key", "product_id": "product_id", "status": "status", "expire_time": "expire_time"}

// PoolSorts lists the wire names that pools can be sorted by.
var PoolSorts = []string{"name", "product_id", "status", "expire_time"}

// cursor is a place in a list: the last row's sort value and ID, and what the list is sorted by.
type cursor struct{ Sort, Value, ID string }

func (p cursor) String() string {
	text, _ := json.Marshal([]string{p.Sort, p.Value, p.ID}) // texts can always be written
	return base64.RawURLEncoding.EncodeToString(text)
}

// cursorFrom reads a cursor. orders.ErrNotFound when it is none, or one of a list that is sorted otherwise.
func cursorFrom(text, sort string) (cursor, error) {
	var parts []string
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &parts)
	}
	if err != nil || len(parts) != 3 || parts[0] != sort {
		return cursor{}, fmt.Errorf("there is no such page: %w", orders.ErrNotFound)
	}
	return cursor{parts[0], parts[1], parts[2]}, nil
}

// inventoryList is a table of the inventory that is listed.
type inventoryList struct {
	table, id string
	arguments
	where []string
	// sort is the column and its direction, as asked for.
	sort, column string
	descending   bool
}

func (l *inventoryList) equal(column, value string) {
	if value != "" {
		l.where = append(l.where, column+" = "+l.add(value))
	}
}

func (l *inventoryList) whose(scope auth.Scope) {
	if !scope.All() {
		l.where = append(l.where, seen(&l.arguments, scope, "team"))
	}
}

// by sorts the list by a wire name, with "-" in front for descending; by the usual one when it is none of the names.
func (l *inventoryList) by(sorts map[string]string, sort, usual string) {
	name, descending := strings.CutPrefix(sort, "-")
	l.sort, l.column, l.descending = sort, sorts[name], descending
	if l.column == "" {
		l.sort, l.column, l.descending = usual, sorts[usual], false
	}
}

// team narrows the list to one team's, or to nobody's.
func (l *inventoryList) team(name string) {
	if name == orders.NoTeam {
		l.where = append(l.where, "team = ''")
		return
	}
	l.equal("team", name)
}

// expires bounds the end of the subscription. The column is the cloud's text, which begins with the day: times of one form sort
// as their texts do.
func (l *inventoryList) expires(from, until time.Time) {
	if !from.IsZero() || !until.IsZero() {
		l.where = append(l.where, "expire_time <> ''")
	}
	if !from.IsZero() {
		l.where = append(l.where, "expire_time >= "+l.add(from.UTC().Format(time.RFC3339)))
	}
	if !until.IsZero() {
		l.where = append(l.where, "expire_time < "+l.add(until.UTC().Format(time.RFC3339)))
	}
}

func (l *inventoryList) condition() string {
	if len(l.where) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(l.where, " AND ")
}

// total is the query of how many rows match, up to countedUpTo.
func (l *inventoryList) total() string {
	return fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s%s LIMIT %d) AS matching", l.table, l.condition(), countedUpTo)
}

// page is the query of the rows behind a cursor.
func (l *inventoryList) page(after string, limit int) (string, error) {
	direction, sign := "", " > "
	if l.descending {
		direction, sign = " DESC", " < "
	}
	if after != "" {
		from, err := cursorFrom(after, l.sort)
		if err != nil {
			return "", err
		}
		l.where = append(l.where, fmt.Sprintf("(%s, %s)%s(%s, %s)", l.column, l.id, sign, l.add(from.Value), l.add(from.ID)))
	}
	return fmt.Sprintf("SELECT %s, %s, json FROM %s%s ORDER BY %s%s, %s%s LIMIT %d", l.column, l.id, l.table, l.condition(),
		l.column, direction, l.id, direction, limit+1), nil
}

// readPage counts what matches and reads a page of it.
func readPage[T any](ctx context.Context, s *Store, l inventoryList, after string, limit int) (items []T, next string, total int, err error) {
	limit = limitOf(limit)
	err = s.read(ctx, func(q *sql.Tx) error {
		if err := q.QueryRowContext(ctx, l.total(), l.arguments...).Scan(&total); err != nil {
			return err
		}
		query, err := l.page(after, limit)
		if err != nil {
			return err
		}
		var last cursor
		read := 0
		items, err = list(ctx, q, func(row scanner) (item T, err error) {
			at := cursor{Sort: l.sort}
			err = row.Scan(&at.Value, &at.ID, document{&item})
			if read++; read <= limit {
				last = at
			}
			return item, err
		}, query, l.arguments...)
		if err == nil && len(items) > limit {
			items = items[:limit]
			next = last.String()
		}
		return err
	})
	return items, next, total, err
}

// Desktops implements orders.Inventory. Without a sort, or with one that is not in DesktopSorts, it sorts by name.
// orders.ErrNotFound for a cursor that is not one of this list.
func (s *Store) Desktops(ctx context.Context, f orders.DesktopFilter) (orders.DesktopPage, error) {
	items, next, total, err := readPage[cloud.Desktop](ctx, s, desktopList(f), f.After, f.Limit)
	if err != nil {
		return orders.DesktopPage{}, fmt.Errorf("desktops: %w", err)
	}
	return orders.DesktopPage{Items: items, Next: next, Total: total}, nil
}

func desktopList(f orders.DesktopFilter) inventoryList {
	l := inventoryList{table: "desktops", id: "desktop_id"}
	l.by(desktopSorts, f.Sort, "computer_name")
	l.matchDesktops(f)
	return l
}

// matchDesktops adds the conditions of a filter.
func (l *inventoryList) matchDesktops(f orders.DesktopFilter) {
	l.whose(f.Scope)
	l.team(f.Team)
	l.equal("pool_id", f.PoolID)
	l.equal("product_id", f.ProductID)
	l.equal("image_id", f.ImageID)
	l.equal("status", f.Status)
	l.equal("charge_mode", f.ChargeMode)
	l.equal("desktop_type", f.DesktopType)
	l.equal("enterprise_project_id", f.EnterpriseProjectID)
	l.expires(f.ExpireFrom, f.ExpireUntil)
	if f.Frozen {
		l.where = append(l.where, "frozen")
	}
	if f.TagKey != "" {
		tagged := "desktop_id IN (SELECT t.desktop_id FROM desktop_tags t WHERE t.key = " + l.add(f.TagKey)
		if f.TagValue != "" {
			tagged += " AND t.value = " + l.add(f.TagValue)
		}
		l.where = append(l.where, tagged+")")
	}
	if f.Selection != nil {
		l.where = append(l.where, "desktop_id IN ("+selectedBy(&l.arguments, *f.Selection)+")")
	}
	if len(f.IDs) > 0 {
		l.where = append(l.where, "desktop_id IN "+in(&l.arguments, f.IDs))
	}
	if f.Text != "" {
		low := strings.ToLower(f.Text)
		l.where = append(l.where, "("+startsWith(&l.arguments, "name_key", low)+" OR "+startsWith(&l.arguments, "user_key", low)+
			" OR "+startsWith(&l.arguments, "address", low)+" OR "+startsWith(&l.arguments, "desktop_id", f.Text)+")")
	}
}

// Pools implements orders.Inventory: by name. orders.ErrNotFound for a cursor that is not one of this list.
func (s *Store) Pools(ctx context.Context, f orders.PoolFilter) (orders.PoolPage, error) {
	items, next, total, err := readPage[cloud.Pool](ctx, s, poolList(f), f.After, f.Limit)
	if err != nil {
		return orders.PoolPage{}, fmt.Errorf("pools: %w", err)
	}
	return orders.PoolPage{Items: items, Next: next, Total: total}, nil
}

func poolList(f orders.PoolFilter) inventoryList {
	l := inventoryList{table: "pools", id: "id"}
	l.by(poolSorts, f.Sort, "name")
	l.whose(f.Scope)
	l.team(f.Team)
	l.equal("type", f.Type)
	l.equal("status", f.Status)
	l.equal("product_id", f.ProductID)
	l.equal("image_id", f.ImageID)
	l.equal("charge_mode", f.ChargeMode)
	l.equal("enterprise_project_id", f.EnterpriseProjectID)
	l.expires(f.ExpireFrom, f.ExpireUntil)
	if len(f.IDs) > 0 {
		l.where = append(l.where, "id IN "+in(&l.arguments, f.IDs))
	}
	if f.Text != "" {
		l.where = append(l.where, "("+startsWith(&l.arguments, "name_key", strings.ToLower(f.Text))+" OR "+startsWith(&l.arguments, "id", f.Text)+")")
	}
	return l
}
