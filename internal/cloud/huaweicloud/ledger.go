package huaweicloud

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"workspace-order-console/internal/cloud"
)

var (
	resourcesOperation = operation{"resources", bss, http.MethodPost, "/v2/orders/suscriptions/resources/query"} // spelt so
	expiryOperation    = operation{"expiry", bss, http.MethodPost, "/v2/orders/suscriptions/resources/query"}
	refundsOperation   = operation{"refunds", bss, http.MethodGet, "/v2/orders/customer-orders/refund-orders"}
)

// resourceQuery is the body of the query for yearly/monthly resources.
type resourceQuery struct {
	OrderID     string   `json:"order_id,omitempty"`
	ResourceIDs []string `json:"resource_ids,omitempty"`
	// OnlyMain is 1 to leave out what hangs on others.
	OnlyMain int `json:"only_main_resource,omitempty"`
	Offset   int `json:"offset"`
	Limit    int `json:"limit"`
}

// wireResource is a yearly/monthly resource as the wire writes it.
type wireResource struct {
	ResourceID       string `json:"resource_id"`
	ResourceName     string `json:"resource_name"`
	ParentResourceID string `json:"parent_resource_id"`
	ServiceTypeCode  string `json:"service_type_code"`
	ResourceTypeCode string `json:"resource_type_code"`
	ProjectID        string `json:"project_id"`
	RegionCode       string `json:"region_code"`
	ProductID        string `json:"product_id"`
	IsMainResource   int    `json:"is_main_resource"`
	Status           int    `json:"status"`
	EffectiveTime    moment `json:"effective_time"`
	ExpireTime       moment `json:"expire_time"`
}

// Resources implements cloud.Ledger.
func (c *Cloud) Resources(ctx context.Context, orderID string) ([]cloud.BilledResource, error) {
	if orderID == "" {
		return nil, refusedHere("there is no order ID").Error // it would ask for the resources of all orders
	}
	return cloud.All(ctx, billPage, func(ctx context.Context, page cloud.Page) (cloud.List[cloud.BilledResource], error) {
		return c.resources(ctx, resourcesOperation, resourceQuery{OrderID: orderID, Offset: page.Offset, Limit: page.Limit})
	})
}

func (c *Cloud) resources(ctx context.Context, op operation, query resourceQuery) (cloud.List[cloud.BilledResource], error) {
	body, err := json.Marshal(query)
	if err != nil {
		return cloud.List[cloud.BilledResource]{}, err
	}
	return read(ctx, c, op, &request{Body: text(string(body))}, func(a *answer) (cloud.List[cloud.BilledResource], error) {
		return decodeResources(a.body, query.Limit, query.Offset)
	})
}

func decodeResources(body []byte, limit, offset int) (cloud.List[cloud.BilledResource], error) {
	told, err := decodeList[wireResource](body, "data", "total_count", limit, offset)
	return listAs(told, func(r wireResource) cloud.BilledResource {
		return cloud.BilledResource{ResourceID: r.ResourceID, ResourceName: r.ResourceName, ParentResourceID: r.ParentResourceID,
			ServiceTypeCode: r.ServiceTypeCode, ResourceTypeCode: r.ResourceTypeCode, ProjectID: r.ProjectID, RegionCode: r.RegionCode,
			ProductID: r.ProductID, Main: r.IsMainResource == 1, Status: r.Status,
			EffectiveTime: r.EffectiveTime.Time, ExpireTime: r.ExpireTime.Time}
	}), err
}

// Refunds implements cloud.Ledger.
func (c *Cloud) Refunds(ctx context.Context, orderID string) ([]cloud.Refund, error) {
	if orderID == "" {
		return nil, refusedHere("there is no order ID").Error
	}
	return read(ctx, c, refundsOperation, &request{OrderIDQuery: &orderID}, func(a *answer) ([]cloud.Refund, error) { return decodeRefunds(a.body) })
}

func decodeRefunds(body []byte) ([]cloud.Refund, error) {
	type wireRefund struct {
		ID               string  `json:"id"`
		Amount           amount  `json:"amount"`
		MeasureID        measure `json:"measure_id"`
		BaseOrderID      string  `json:"base_order_id"`
		ServiceTypeCode  string  `json:"service_type_code"`
		ResourceTypeCode string  `json:"resource_type_code"`
		RegionCode       string  `json:"region_code"`
	}
	told, err := decodeList[wireRefund](body, "refund_infos", "total_count", 0, 0)
	if err != nil {
		return nil, err
	}
	refunds := make([]cloud.Refund, len(told.Items))
	for i, r := range told.Items {
		if !r.Amount.told {
			return nil, errors.New("a refund has no amount")
		}
		refunds[i] = cloud.Refund{ID: r.ID, Amount: r.Amount.value, BaseOrderID: r.BaseOrderID, ServiceTypeCode: r.ServiceTypeCode,
			ResourceTypeCode: r.ResourceTypeCode, RegionCode: r.RegionCode}
	}
	return refunds, nil
}

// expiries remember when desktops expire. The billing service takes fifty IDs at a time; it is asked a few times a
// minute, and for hours no more, so a large inventory fills up over some minutes: it is worth showing, not worth a wait.
type expiries struct {
	mu    sync.Mutex
	known map[string]expiry
	// begun is when the present minute of asking began, asked how often it has been asked in it.
	begun time.Time
	asked int
}

// expiry is what was told of one desktop, and when; the zero time when nothing was.
type expiry struct{ expires, told time.Time }

const (
	expiryBatch     = 25 // of two IDs each
	expiriesAMinute = 10
	expiryHolds     = 6 * time.Hour
	expiryPatience  = 3 * time.Second
	expiriesKept    = 50_000
)

// fillExpiry sets the expiry of yearly/monthly desktops where it is known or to be had at once. No source says which
// of a desktop's two IDs is the billing service's resource_id: bill_resource_id by its name, but either is asked for.
func (c *Cloud) fillExpiry(ctx context.Context, desktops []cloud.Desktop) {
	var wanted []*cloud.Desktop
	for i := range desktops {
		if d := &desktops[i]; d.Product.ChargeMode == cloud.ChargeModePeriod && d.DesktopID != "" && d.ExpireTime == "" {
			wanted = append(wanted, d)
		}
	}
	for batch := range slices.Chunk(c.expiry.missing(wanted, c.now()), expiryBatch) {
		if !c.askExpiry(ctx, batch) {
			break
		}
	}
	c.expiry.fill(wanted)
}

// askExpiry asks for one batch, with little patience. It tells whether to go on.
func (c *Cloud) askExpiry(ctx context.Context, batch []*cloud.Desktop) bool {
	if !c.expiry.may(c.now()) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, expiryPatience)
	defer cancel()
	query := resourceQuery{OnlyMain: 1, Limit: billPage}
	for _, d := range batch {
		query.ResourceIDs = append(query.ResourceIDs, d.DesktopID)
		if d.BillResourceID != "" && d.BillResourceID != d.DesktopID {
			query.ResourceIDs = append(query.ResourceIDs, d.BillResourceID)
		}
	}
	body, err := json.Marshal(query)
	if err != nil {
		return false
	}
	list, _, err := readOnce(ctx, c, expiryOperation, &request{Body: text(string(body))}, func(a *answer) (cloud.List[cloud.BilledResource], error) {
		return decodeResources(a.body, billPage, 0)
	})
	if err != nil {
		c.expiry.pause(c.now())
		return false
	}
	c.expiry.learn(batch, list.Items, c.now())
	return true
}

// missing lists the desktops of which nothing, or nothing recent, is known.
func (e *expiries) missing(desktops []*cloud.Desktop, now time.Time) (missing []*cloud.Desktop) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, d := range desktops {
		if known, ok := e.known[d.DesktopID]; !ok || now.Sub(known.told) > expiryHolds {
			missing = append(missing, d)
		}
	}
	return missing
}

// may takes one of the minute's questions.
func (e *expiries) may(now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if now.Sub(e.begun) >= time.Minute {
		e.begun, e.asked = now, 0
	}
	e.asked++
	return e.asked <= expiriesAMinute
}

// pause asks no more for five minutes: without the permission, say, it would fail every time.
func (e *expiries) pause(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.begun, e.asked = now.Add(4*time.Minute), expiriesAMinute
}

func (e *expiries) learn(batch []*cloud.Desktop, resources []cloud.BilledResource, now time.Time) {
	told := map[string]time.Time{}
	for _, r := range resources {
		told[r.ResourceID] = r.ExpireTime
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.known) > expiriesKept {
		clear(e.known)
	}
	for _, d := range batch {
		e.known[d.DesktopID] = expiry{expires: or(told[d.BillResourceID], told[d.DesktopID]), told: now}
	}
}

func (e *expiries) fill(desktops []*cloud.Desktop) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, d := range desktops {
		if known := e.known[d.DesktopID]; !known.expires.IsZero() {
			d.ExpireTime = known.expires.Format(time.RFC3339)
		}
	}
}
