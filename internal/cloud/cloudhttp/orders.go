package cloudhttp

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
)

// order takes an order call. What was received is taken even if the caller goes away meanwhile, as the real cloud's is.
func (s *Server) order(c *call, door cloud.Door) answer {
	status, body := s.config.Cloud.TakeOrder(c.lasting(), cloud.Call{Door: door, DesktopID: c.PathValue("desktop_id"), Body: c.body})
	return answer{status, body}
}

// number is an exact amount as a JSON number.
func number(amount decimal.Decimal) json.Number { return json.Number(amount.String()) }

// measureMoney is the billing service's number of a currency's unit.
const measureMoney = 1

type object = map[string]any

// ratingOf is what the price inquiries tell of an amount (docs/wire.md section 8). An inquiry knows of no discounts
// beyond those that are in its amount, so the list of optional ones is not there.
func ratingOf(amount, official decimal.Decimal, lines []cloud.QuoteLine) object {
	products := make([]object, len(lines))
	for i, line := range lines {
		products[i] = amounts(line.Amount, line.OfficialAmount)
		products[i]["id"] = line.ID
	}
	result := amounts(amount, official)
	result["product_rating_results"] = products
	return result
}

func amounts(amount, official decimal.Decimal) object {
	return object{"amount": number(amount), "official_website_amount": number(official), "original_amount": number(official),
		"discount_amount": number(official.Sub(amount)), "measure_id": measureMoney}
}

// eachRated is answer A: a result for every target.
func eachRated(q cloud.Quote) any {
	results := []object{}
	for _, line := range q.Lines {
		results = append(results, object{"order_request_id": line.ID,
			"official_website_rating_result": ratingOf(line.Amount, line.OfficialAmount, []cloud.QuoteLine{line})})
	}
	return object{"currency": q.Currency, "cloud_service_rating_results": results}
}

// rated is answer B: one result for all.
func rated(q cloud.Quote) object {
	return object{"currency": q.Currency, "official_website_rating_result": ratingOf(q.Amount, q.OfficialAmount, q.Lines)}
}

// resizeRated is answer C: an upgrade is rated as B, a downgrade tells what comes back, as a negative amount.
func resizeRated(q cloud.Quote) any {
	if !q.Amount.IsNegative() {
		return object{"is_upgrade": true, "batch_inquiry_rsp_when_upgrade": rated(q)}
	}
	back := amounts(q.Amount, q.OfficialAmount)
	delete(back, "official_website_amount")
	lines := make([]object, len(q.Lines))
	for i, line := range q.Lines {
		lines[i] = amounts(line.Amount, line.OfficialAmount)
		delete(lines[i], "official_website_amount")
		lines[i]["id"] = line.ID
	}
	back["ret_code"], back["error_txt"], back["currency"], back["product_rating_result"] = "0", "", q.Currency, lines
	return object{"is_upgrade": false, "batch_inquiry_rsp_when_downgrade": back}
}
