package embedded

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// inquiries are the price inquiries and the order whose parameter object each takes.
var inquiries = map[string]struct{ orderType, param string }{
	cloud.InquiryAddVolume:    {"ADD_VOLUME", "add_volume_param"},
	cloud.InquiryExtendVolume: {"EXTEND_VOLUME", "extend_volume_param"},
	cloud.InquiryResize:       {"RESIZE", "resize_param"},
	cloud.InquiryChangeImage:  {"CHANGE_IMAGE", "change_image_param"},
	cloud.InquiryPoolImage:    {"CHANGE_IMAGE", "change_image_param"},
	cloud.InquiryAddResources: {"ADD_SUB_RESOURCES", "add_sub_resources_param"},
}

// Quote implements cloud.Quoter. It prices what the real services price and no more: products for a period, and the
// inquiries. An order of the same day, of the same things, is billed the same.
func (c *Cloud) Quote(ctx context.Context, question cloud.Question) (quote cloud.Quote, err error) {
	err = c.read(ctx, func(v *view) error {
		var items []item
		if question.Inquiry == "" {
			items, err = v.rate(question.Products)
		} else {
			items, err = v.inquire(question)
		}
		if err == nil {
			quote = v.quote(items)
		}
		return err
	})
	return quote, c.told(err)
}

// rate prices products for a period (ListRateOnPeriodDetail).
func (v *view) rate(products []cloud.ProductInfo) ([]item, error) {
	if len(products) == 0 {
		return nil, refuse(codeBillParameter, "product_infos is empty.")
	}
	items := make([]item, len(products))
	for i, p := range products {
		size := 1
		if p.ResourceSize != nil {
			size = *p.ResourceSize
		}
		region := v.cloud.config.Region
		var err error
		switch {
		case p.PeriodType != periodMonth && p.PeriodType != periodYear:
			err = refuse(codeBillParameter, "product_infos[%d].period_type must be 2 or 3.", i)
		case p.PeriodNum < 1 || p.SubscriptionNum < 1 || size < 1:
			err = refuse(codeBillParameter, "product_infos[%d]: period_num, subscription_num and resource_size must be at least 1.", i)
		case p.Region != "" && region != "" && p.Region != region:
			err = refuse(codeBillParameter, "product_infos[%d].region must be %s.", i, region)
		default:
			items[i], err = v.forPeriod(p.ID, p.ResourceSpec, size, p.SubscriptionNum, p.PeriodType, p.PeriodNum)
		}
		if err != nil {
			return nil, err
		}
	}
	return items, nil
}

// inquire prices a change of desktops or of a pool. The parameter object makes up an order that is planned and not
// booked. Desktops that cannot be changed are left out of the price, as they would be of the batch; when none can, the
// first one's reason is the answer.
func (v *view) inquire(question cloud.Question) ([]item, error) {
	inquiry, known := inquiries[question.Inquiry]
	if !known {
		return nil, refuse(codeNotFound, "There is no price inquiry %s.", question.Inquiry)
	}
	if !json.Valid(question.Body) {
		return nil, refuse(codeParameter, "The body is not JSON.")
	}
	// The inquiries take desktops and pools alike; the pool page's rules are the wider ones.
	body := fmt.Appendf(nil, `{"type":%q,%q:%s}`, inquiry.orderType, inquiry.param, question.Body)
	decoded := orders.DecodeJSON(cloud.DoorBatchPool, "", body)
	if len(decoded.Problems) > 0 {
		for i := range decoded.Problems {
			decoded.Problems[i].Path = strings.TrimPrefix(decoded.Problems[i].Path, inquiry.param+".")
		}
		return nil, badBody(decoded.Problems)
	}
	plans, err := v.plan(request{kind: decoded.Kind.Name(), payload: decoded.Payload})
	if err != nil {
		return nil, err
	}
	var items []item
	var refused error
	for _, p := range plans {
		if p.refused != nil && refused == nil {
			refused = p.refused
		}
		items = append(items, p.items...)
	}
	if len(items) == 0 && refused != nil {
		return nil, refused
	}
	return items, nil
}
