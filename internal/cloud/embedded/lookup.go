package embedded

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
)

// What the console does not ask for and the cloud's own API tells nevertheless.

// missing says that what is looked up is not there.
func missing(format string, args ...any) error {
	return &refusal{http.StatusNotFound, codeNotFound, fmt.Sprintf(format, args...)}
}

// Desktop is one desktop.
func (c *Cloud) Desktop(ctx context.Context, id string) (cloud.Desktop, error) {
	var found desktop
	err := c.read(ctx, func(v *view) (err error) {
		var known bool
		if found, known, err = v.desktop(id); err == nil && !known {
			err = missing("The desktop %s does not exist.", id)
		}
		return err
	})
	return found.Desktop, c.told(err)
}

// Pool is one desktop pool.
func (c *Cloud) Pool(ctx context.Context, id string) (cloud.Pool, error) {
	var found pool
	err := c.read(ctx, func(v *view) (err error) {
		var known bool
		if found, known, err = v.pool(id); err == nil && !known {
			err = missing("The desktop pool %s does not exist.", id)
		}
		return err
	})
	return found.Pool, c.told(err)
}

// PoolDesktops lists the desktops of a pool.
func (c *Cloud) PoolDesktops(ctx context.Context, poolID string, page cloud.Page) (list cloud.List[cloud.Desktop], err error) {
	limit, offset := window(page, poolsPage, poolsPage)
	err = c.read(ctx, func(v *view) error {
		if _, known, err := v.pool(poolID); err != nil {
			return err
		} else if !known {
			return missing("The desktop pool %s does not exist.", poolID)
		}
		if err := v.tx.QueryRowContext(ctx, `SELECT count(*) FROM objects WHERE class = $1 AND parent = $2 AND parent <> ''`,
			classDesktop, poolID).Scan(&list.Total); err != nil {
			return err
		}
		list.Items, err = many[cloud.Desktop](v, `SELECT doc FROM objects WHERE class = $1 AND parent = $2 AND parent <> ''
			ORDER BY seq LIMIT $3 OFFSET $4`, classDesktop, poolID, limit, offset)
		return err
	})
	return list, c.told(err)
}

// ImageArchitecture is what an image is made for, "x86" or "arm"; empty for an image that is not there.
func (c *Cloud) ImageArchitecture(id string) string {
	if i, known := c.catalogue.image(id, ""); known {
		return i.Architecture
	}
	return ""
}

// OrderQuery narrows the list of billed orders as far as the billing service's own list does.
type OrderQuery struct {
	cloud.OrderFilter
	// OrderType is one of the cloud.OrderType constants; 0 is any.
	OrderType        int
	PaidFrom, PaidTo time.Time
	OldestFirst      bool
	Without          []string // order IDs that the list does not know of
}

// condition is the query as SQL.
func (q OrderQuery) condition() (sql string, args []any, err error) {
	conditions := []string{"1 = 1"}
	add := func(condition string, value any) {
		args = append(args, value)
		conditions = append(conditions, fmt.Sprintf(condition, len(args)))
	}
	if q.ServiceTypeCode != "" && q.ServiceTypeCode != ServiceType {
		conditions = append(conditions, "1 = 0")
	}
	if q.OrderID != "" {
		add("order_id = $%d", q.OrderID)
	}
	if q.Status != nil {
		add("status = $%d", int(*q.Status))
	}
	if q.OrderType != 0 {
		add("order_type = $%d", q.OrderType)
	}
	for _, bound := range []struct {
		condition string
		at        time.Time
	}{
		{"created_at >= $%d", q.CreateTimeBegin}, {"created_at <= $%d", q.CreateTimeEnd},
		{"paid_at >= $%d", q.PaidFrom}, {"paid_at <= $%d", q.PaidTo},
	} {
		if !bound.at.IsZero() {
			add(bound.condition, bound.at.UnixMicro())
		}
	}
	if len(q.Without) > 0 {
		ids, err := json.Marshal(q.Without)
		if err != nil {
			return "", nil, err
		}
		add("order_id NOT IN (SELECT value FROM json_each($%d))", string(ids))
	}
	return strings.Join(conditions, " AND "), args, nil
}

// FindOrders is Orders with all of the billing service's filters.
func (c *Cloud) FindOrders(ctx context.Context, query OrderQuery) (list cloud.List[cloud.BillingOrder], err error) {
	condition, args, err := query.condition()
	if err != nil {
		return list, c.told(err)
	}
	direction := "DESC"
	if query.OldestFirst {
		direction = "ASC"
	}
	limit, offset := window(query.Page, ordersPage, mostOrdersPage)
	err = c.read(ctx, func(v *view) error {
		if err := v.tx.QueryRowContext(ctx, `SELECT count(*) FROM orders WHERE `+condition, args...).Scan(&list.Total); err != nil {
			return err
		}
		rows, err := v.tx.QueryContext(ctx, fmt.Sprintf(`SELECT %s FROM orders WHERE %s ORDER BY created_at %s, seq %s LIMIT %d OFFSET %d`,
			orderColumns, condition, direction, direction, limit, offset), args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			o, err := scanOrder(rows)
			if err != nil {
				return err
			}
			o.UserName, o.PendingPaymentEndTime, o.Lines = "", time.Time{}, nil // only the details tell these
			list.Items = append(list.Items, o)
		}
		return rows.Err()
	})
	return list, c.told(err)
}

// Refund is one amount that an order brings back, negative, and the order that it was paid with where that is known.
type Refund struct {
	Amount      decimal.Decimal
	BaseOrderID string
}

// Refunds tells what an order brings back; nothing for one that is to be paid for.
func (c *Cloud) Refunds(ctx context.Context, orderID string) (refunds []Refund, err error) {
	err = c.read(ctx, func(v *view) error {
		o, err := v.order(orderID)
		if err != nil {
			return err
		}
		for i, line := range o.lines {
			if !line.AmountAfterDiscount.IsNegative() {
				continue
			}
			refund := Refund{Amount: line.AmountAfterDiscount}
			// A line stands for a desktop when there is an alteration for each; a pool's do not pair up.
			if len(o.effect.Alter) == len(o.lines) {
				d, _, err := v.desktop(o.effect.Alter[i].Desktop)
				if err != nil {
					return err
				}
				refund.BaseOrderID = d.OrderID
			}
			refunds = append(refunds, refund)
		}
		return nil
	})
	return refunds, c.told(err)
}

// Resource is a thing that an order made, as the billing service knows it.
type Resource struct {
	ID, Name, Type, Spec string
	// Parent is the main resource that this one belongs to: a disk's desktop.
	Parent              string
	OrderID             string
	Effective, Expires  string // as the wire writes times
	EnterpriseProjectID string
}

// Types of resource of the billing service.
const (
	resourceDesktop   = "hws.resource.type.workspace.desktop"
	resourceVolume    = "hws.resource.type.volume"
	resourceHost      = "hws.resource.type.workspace.host"
	resourceBandwidth = "hws.resource.type.bandwidth"
	resourceEIP       = "hws.resource.type.ip"
)

// Resources tells what an order made and is there still. An order that is not completed has made nothing yet.
func (c *Cloud) Resources(ctx context.Context, orderID string) (resources []Resource, err error) {
	err = c.read(ctx, func(v *view) error {
		o, err := v.order(orderID)
		if err != nil || o.status != cloud.StatusCompleted {
			return err
		}
		resources, err = v.resources(o)
		return err
	})
	return resources, c.told(err)
}

func (v *view) resources(o storedOrder) (resources []Resource, err error) {
	add := func(more ...Resource) { resources = append(resources, more...) }
	var from, to string
	if len(o.lines) > 0 && !o.lines[0].ExpireTime.IsZero() {
		from, to = wireTime(o.lines[0].EffectiveTime), wireTime(o.lines[0].ExpireTime)
	}
	for _, made := range o.effect.Desktops {
		d, known, err := v.desktop(made.DesktopID)
		if err != nil {
			return nil, err
		}
		if known {
			add(desktopResources(d)...)
		}
	}
	for _, a := range o.effect.Alter {
		d, known, err := v.desktop(a.Desktop)
		if err != nil {
			return nil, err
		}
		for _, volume := range a.AddVolumes {
			if known {
				add(volumeResource(d, volume, o.id))
			}
		}
	}
	for _, h := range o.effect.Hosts {
		add(Resource{ID: h.DedicatedHostID, Name: h.Name, Type: resourceHost, Spec: h.ProductID, OrderID: o.id, Effective: from, Expires: to})
	}
	if b := o.effect.Bandwidth; b != nil {
		add(Resource{ID: b.BandwidthID, Name: b.BandwidthName, Type: resourceBandwidth, Spec: b.ChargeMode, OrderID: o.id, Effective: from, Expires: to})
	}
	for _, e := range o.effect.EIPs {
		add(Resource{ID: e.ID, Type: resourceEIP, Spec: e.Type, OrderID: o.id, Effective: from, Expires: to})
	}
	return resources, nil
}

// ResourcesByID looks desktops up, each with its disks; other IDs are passed over.
func (c *Cloud) ResourcesByID(ctx context.Context, ids []string) (resources []Resource, err error) {
	err = c.read(ctx, func(v *view) error {
		for _, id := range ids {
			d, known, err := v.desktop(id)
			if err != nil {
				return err
			}
			if known && d.Product.ChargeMode == cloud.ChargeModePeriod {
				resources = append(resources, desktopResources(d)...)
			}
		}
		return nil
	})
	return resources, c.told(err)
}

// desktopResources are a desktop and its disks.
func desktopResources(d desktop) []Resource {
	resources := []Resource{{ID: d.DesktopID, Name: d.ComputerName, Type: resourceDesktop, Spec: d.ProductID, OrderID: d.OrderID,
		Effective: d.CreatedTime, Expires: d.ExpireTime, EnterpriseProjectID: d.EnterpriseProjectID}}
	for _, volume := range append([]cloud.Volume{d.RootVolume}, d.DataVolumes...) {
		resources = append(resources, volumeResource(d, volume, d.OrderID))
	}
	return resources
}

func volumeResource(d desktop, volume cloud.Volume, orderID string) Resource {
	return Resource{ID: volume.VolumeID, Name: volume.DisplayName, Type: resourceVolume, Spec: volume.Type, Parent: d.DesktopID, OrderID: orderID,
		Effective: d.CreatedTime, Expires: d.ExpireTime, EnterpriseProjectID: d.EnterpriseProjectID}
}
