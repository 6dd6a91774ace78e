package cloudhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/embedded"
)

// wireTime is how the billing service writes times, in UTC.
const wireTime = "2006-01-02T15:04:05Z"

// Pages of the billing service's lists.
const (
	usualBilled = 10
	mostBilled  = 100
)

func badBill(format string, args ...any) answer {
	return refused(http.StatusBadRequest, codeBillParameter, fmt.Sprintf(format, args...))
}

// moment writes a time, and nothing for one that is not known.
func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(wireTime)
}

// billedOrder is an order as lists tell it.
func (s *Server) billedOrder(o cloud.BillingOrder) object {
	order := object{"order_id": o.OrderID, "customer_id": s.config.DomainID, "service_type_code": o.ServiceTypeCode,
		"service_type_name": "Workspace", "source_type": 1, "status": int(o.Status), "order_type": o.OrderType,
		"amount_after_discount": number(o.AmountAfterDiscount), "official_amount": number(o.OfficialAmount), "measure_id": measureMoney,
		"create_time": moment(o.CreateTime), "currency": o.Currency}
	if !o.PaymentTime.IsZero() {
		order["payment_time"] = moment(o.PaymentTime)
	}
	return order
}

func (s *Server) orderList(c *call) answer {
	q := asked(c)
	query := embedded.OrderQuery{
		OrderFilter: cloud.OrderFilter{OrderID: q.text("order_id"), ServiceTypeCode: q.text("service_type_code"),
			CreateTimeBegin: q.moment("create_time_begin"), CreateTimeEnd: q.moment("create_time_end"),
			Page: cloud.Page{Limit: q.number("limit", 1, mostBilled, usualBilled), Offset: q.number("offset", 0, 1<<30, 0)}},
		OrderType: q.number("order_type", 1, 100, 0),
		PaidFrom:  q.moment("payment_time_begin"), PaidTo: q.moment("payment_time_end"),
		OldestFirst: q.oneOf("order_by", "createTime", "-createTime") == "createTime",
		Without:     s.lost.now(s.config.Now()),
	}
	if text := q.oneOf("status", "1", "3", "4", "5", "6", "9"); text != "" {
		n, _ := strconv.Atoi(text)
		status := cloud.OrderStatus(n)
		query.Status = &status
	}
	q.oneOf("method", "oneself", "sub_customer")
	// Times are told to the second, so a list until a second holds all that was made within it.
	for _, end := range []*time.Time{&query.CreateTimeEnd, &query.PaidTo} {
		if !end.IsZero() {
			*end = end.Add(time.Second - time.Microsecond)
		}
	}
	for _, span := range [][2]time.Time{{query.CreateTimeBegin, query.CreateTimeEnd}, {query.PaidFrom, query.PaidTo}} {
		if !span[0].IsZero() && !span[1].IsZero() && (span[1].Before(span[0]) || span[1].After(span[0].AddDate(1, 0, 1))) {
			q.refuse("The end of a time span must be after its beginning, by one year at most.")
		}
	}
	if q.wrong != "" {
		return badBill("%s", q.wrong)
	}
	list, err := s.config.Cloud.FindOrders(c.Context(), query)
	if err != nil {
		return failed(err)
	}
	infos := make([]object, len(list.Items))
	for i, o := range list.Items {
		infos[i] = s.billedOrder(o)
	}
	return told(object{"total_count": list.Total, "order_infos": infos})
}

func (s *Server) orderDetails(c *call) answer {
	q := asked(c)
	limit, offset := q.number("limit", 1, mostBilled, usualBilled), q.number("offset", 0, 1<<30, 0)
	if q.wrong != "" {
		return badBill("%s", q.wrong)
	}
	o, err := s.config.Cloud.Order(c.Context(), c.PathValue("order_id"))
	if err != nil {
		return failed(err)
	}
	info := s.billedOrder(o)
	info["user_name"] = o.UserName
	if !o.PendingPaymentEndTime.IsZero() {
		info["pending_payment_end_time"] = moment(o.PendingPaymentEndTime)
	}
	items := []object{}
	from := min(offset, len(o.Lines))
	for _, line := range o.Lines[from:min(from+limit, len(o.Lines))] {
		item := object{"order_line_item_id": line.OrderLineItemID, "order_id": o.OrderID, "service_type_code": o.ServiceTypeCode,
			"service_type_name": "Workspace", "product_id": line.ProductID, "product_spec_desc": line.ProductSpecDesc,
			"period_type": line.PeriodType, "period_num": line.PeriodNum, "subscription_num": line.SubscriptionNum, "currency": o.Currency,
			"amount_after_discount": number(line.AmountAfterDiscount), "official_amount": number(line.OfficialAmount)}
		for name, at := range map[string]time.Time{"effective_time": line.EffectiveTime, "expire_time": line.ExpireTime} {
			if !at.IsZero() {
				item[name] = moment(at)
			}
		}
		items = append(items, item)
	}
	return told(object{"total_count": len(o.Lines), "order_info": info, "order_line_items": items})
}

// read reads a body into a value; what is not known is passed over, as the real service does.
func read(c *call, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	if err := decoder.Decode(into); err != nil {
		return errors.New("the body is not the JSON that is wanted here")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the body's JSON")
	}
	return nil
}

// pay pays an order, at the price of the account: coupons and discounts to choose from, this cloud has none.
func (s *Server) pay(c *call) answer {
	var body struct {
		OrderID       string            `json:"order_id"`
		UseCoupon     string            `json:"use_coupon"`
		UseDiscount   string            `json:"use_discount"`
		CouponInfos   []json.RawMessage `json:"coupon_infos"`
		DiscountInfos []json.RawMessage `json:"discount_infos"`
	}
	if err := read(c, &body); err != nil {
		return badBill("%s", err)
	}
	for _, choice := range []struct {
		name, use string
		infos     []json.RawMessage
	}{{"coupon", body.UseCoupon, body.CouponInfos}, {"discount", body.UseDiscount, body.DiscountInfos}} {
		switch {
		case choice.use != "YES" && choice.use != "NO":
			return badBill("use_%s must be YES or NO.", choice.name)
		case choice.use == "NO" && len(choice.infos) > 0:
			return badBill("%s_infos must be absent when use_%s is NO.", choice.name, choice.name)
		case choice.use == "YES":
			return badBill("The account has no %s for this order.", choice.name)
		}
	}
	if body.OrderID == "" {
		return badBill("order_id is missing.")
	}
	if err := s.config.Cloud.Pay(c.lasting(), body.OrderID); err != nil {
		return failed(err)
	}
	return answer{status: http.StatusOK}
}

func (s *Server) cancel(c *call) answer {
	var body struct {
		OrderID string `json:"order_id"`
	}
	if err := read(c, &body); err != nil || body.OrderID == "" {
		return badBill("The body must have the order_id.")
	}
	if err := s.config.Cloud.Cancel(c.lasting(), body.OrderID); err != nil {
		return failed(err)
	}
	return answer{status: http.StatusOK}
}

func (s *Server) refunds(c *call) answer {
	q := asked(c)
	orderID := q.text("order_id")
	if orderID == "" {
		q.refuse("The parameter order_id is missing.")
	}
	if q.wrong != "" {
		return badBill("%s", q.wrong)
	}
	o, err := s.config.Cloud.Order(c.Context(), orderID)
	if err != nil {
		return failed(err)
	}
	refunds, err := s.config.Cloud.Refunds(c.Context(), orderID)
	if err != nil {
		return failed(err)
	}
	infos := make([]object, len(refunds))
	for i, refund := range refunds {
		infos[i] = object{"id": fmt.Sprintf("%s-%d", orderID, i+1), "amount": number(refund.Amount),
			"measure_id": strconv.Itoa(measureMoney), "customer_id": s.config.DomainID, "service_type_code": o.ServiceTypeCode,
			"resource_type_code": "hws.resource.type.workspace.desktop", "region_code": s.config.Region}
		if refund.BaseOrderID != "" {
			infos[i]["base_order_id"] = refund.BaseOrderID
		}
	}
	return told(object{"total_count": len(infos), "refund_infos": infos})
}

// inUse is the billing service's status of a resource that is there.
const inUse = 2

func (s *Server) resources(c *call) answer {
	var body struct {
		OrderID          string   `json:"order_id"`
		ResourceIDs      []string `json:"resource_ids"`
		OnlyMainResource int      `json:"only_main_resource"`
		StatusList       []int    `json:"status_list"`
		ServiceTypeCode  string   `json:"service_type_code"`
		Offset           int      `json:"offset"`
		Limit            int      `json:"limit"`
	}
	body.Limit = usualBilled
	if err := read(c, &body); err != nil {
		return badBill("%s", err)
	}
	switch {
	case body.Limit < 1 || body.Limit > 500 || body.Offset < 0:
		return badBill("limit must be from 1 to 500, offset at least 0.")
	case len(body.ResourceIDs) > 50:
		return badBill("resource_ids must name 50 resources at most.")
	case body.OrderID == "" && len(body.ResourceIDs) == 0:
		return badBill("order_id or resource_ids is missing.")
	}
	var found []embedded.Resource
	var err error
	if body.OrderID != "" {
		found, err = s.config.Cloud.Resources(c.Context(), body.OrderID)
	} else {
		found, err = s.config.Cloud.ResourcesByID(c.Context(), body.ResourceIDs)
	}
	if err != nil {
		return failed(err)
	}
	found = slices.DeleteFunc(found, func(r embedded.Resource) bool {
		return body.OnlyMainResource == 1 && r.Parent != "" ||
			len(body.StatusList) > 0 && !slices.Contains(body.StatusList, inUse) ||
			body.ServiceTypeCode != "" && body.ServiceTypeCode != embedded.ServiceType ||
			body.OrderID != "" && len(body.ResourceIDs) > 0 && !slices.Contains(body.ResourceIDs, r.ID) && !slices.Contains(body.ResourceIDs, r.Parent)
	})
	data := []object{}
	from := min(body.Offset, len(found))
	for _, r := range found[from:min(from+body.Limit, len(found))] {
		data = append(data, s.resource(r))
	}
	return told(object{"total_count": len(found), "data": data})
}

func (s *Server) resource(r embedded.Resource) object {
	main := 1
	if r.Parent != "" {
		main = 0
	}
	item := object{"id": r.ID, "resource_id": r.ID, "resource_name": r.Name, "resource_type_code": r.Type, "resource_spec_code": r.Spec,
		"service_type_code": embedded.ServiceType, "service_type_name": "Workspace", "region_code": s.config.Region,
		"project_id": s.config.ProjectID, "product_id": r.Spec, "is_main_resource": main, "status": inUse}
	for name, value := range map[string]string{"parent_resource_id": r.Parent, "effective_time": r.Effective, "expire_time": r.Expires} {
		if value != "" {
			item[name] = value
		}
	}
	if r.EnterpriseProjectID != "" {
		item["enterprise_project"] = object{"id": r.EnterpriseProjectID}
	}
	return item
}

// rate prices a first purchase. A discount that the account has makes an offer of its own beside the list price.
func (s *Server) rate(c *call) answer {
	var body struct {
		ProjectID    string              `json:"project_id"`
		ProductInfos []cloud.ProductInfo `json:"product_infos"`
	}
	if err := read(c, &body); err != nil {
		return badBill("%s", err)
	}
	if body.ProjectID != s.config.ProjectID {
		return badBill("project_id must be a project of this account.")
	}
	quote, err := s.config.Cloud.Quote(c.Context(), cloud.Question{Products: body.ProductInfos})
	if err != nil {
		return failed(err)
	}
	official, best := []object{}, []object{}
	for i, line := range quote.Lines {
		spec := body.ProductInfos[i].ResourceSpec
		official = append(official, object{"id": line.ID, "product_id": spec, "measure_id": measureMoney,
			"official_website_amount": number(line.OfficialAmount)})
		best = append(best, object{"id": line.ID, "product_id": spec, "measure_id": measureMoney, "amount": number(line.Amount),
			"official_website_amount": number(line.OfficialAmount), "discount_amount": number(line.OfficialAmount.Sub(line.Amount))})
	}
	rating := object{"currency": quote.Currency, "official_website_rating_result": object{"measure_id": measureMoney,
		"official_website_amount": number(quote.OfficialAmount), "product_rating_results": official}}
	if !quote.Amount.Equal(quote.OfficialAmount) {
		rating["optional_discount_rating_results"] = []object{{"discount_id": "yearly", "discount_type": 700, "discount_name": "Paid by the year",
			"best_offer": 1, "amount": number(quote.Amount), "official_website_amount": number(quote.OfficialAmount),
			"discount_amount": number(quote.OfficialAmount.Sub(quote.Amount)), "measure_id": measureMoney, "product_rating_results": best}}
	}
	return told(rating)
}

func (s *Server) balance(c *call) answer {
	b, err := s.config.Cloud.Balance(c.Context())
	if err != nil {
		return failed(err)
	}
	return told(object{"debt_amount": number(b.Debt), "measure_id": measureMoney, "currency": b.Currency, "account_balances": []object{
		{"account_id": s.config.DomainID, "account_type": 1, "amount": number(b.Amount), "currency": b.Currency, "measure_id": measureMoney}}})
}
