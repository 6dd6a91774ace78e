package huaweicloud

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
)

// inquiries are the price inquiries, each with the way its answer is read (docs/wire.md section 8: A, B and C).
var inquiries = map[string]struct {
	name   string
	decode func([]byte) (cloud.Quote, error)
}{
	cloud.InquiryAddVolume:    {"quote add-volume", quoteOfServices},
	cloud.InquiryPoolImage:    {"quote pool change-image", quoteOfServices},
	cloud.InquiryExtendVolume: {"quote extend-volume", quoteOfPeriod},
	cloud.InquiryResize:       {"quote resize", quoteOfResize},
	cloud.InquiryChangeImage:  {"quote change-image", quoteOfServices},
	cloud.InquiryAddResources: {"quote add-resources", quoteOfServices},
}

var rateOperation = operation{"quote first purchase", bss, http.MethodPost, "/v2/bills/ratings/period-resources/subscribe-rate"}

// Quote implements cloud.Quoter.
func (c *Cloud) Quote(ctx context.Context, question cloud.Question) (cloud.Quote, error) {
	op, decode, body := rateOperation, quoteOfPeriod, string(question.Body)
	switch inquiry, known := inquiries[question.Inquiry]; {
	case known:
		if !json.Valid(question.Body) {
			return cloud.Quote{}, refusedHere("the body is not JSON").Error
		}
		op = operation{inquiry.name, workspace, http.MethodPost, "/v2/{project_id}/" + question.Inquiry}
		decode = inquiry.decode
	case question.Inquiry != "":
		return cloud.Quote{}, refusedHere("there is no price inquiry " + question.Inquiry).Error
	case len(question.Products) == 0:
		return cloud.Quote{}, refusedHere("there is nothing to ask a price for").Error
	default:
		var err error
		if body, err = c.ratingBody(question.Products); err != nil {
			return cloud.Quote{}, err
		}
	}
	return read(ctx, c, op, &request{Body: &body}, func(a *answer) (cloud.Quote, error) { return decode(a.body) })
}

func (c *Cloud) ratingBody(products []cloud.ProductInfo) (string, error) {
	infos := make([]cloud.ProductInfo, len(products))
	for i, p := range products {
		p.Region = or(p.Region, c.region)
		infos[i] = p
	}
	body, err := json.Marshal(struct {
		ProjectID    string              `json:"project_id"`
		ProductInfos []cloud.ProductInfo `json:"product_infos"`
	}{c.projectID, infos})
	return string(body), err
}

// rating is a price, and what it is made up of. Official prices and offers share most of their members.
type rating struct {
	Amount                amount          `json:"amount"`
	OfficialWebsiteAmount amount          `json:"official_website_amount"`
	MeasureID             measure         `json:"measure_id"`
	BestOffer             int             `json:"best_offer"`
	ProductRatingResults  []productRating `json:"product_rating_results"`
}

type productRating struct {
	ID                    string  `json:"id"`
	ProductID             string  `json:"product_id"`
	Amount                amount  `json:"amount"`
	OfficialWebsiteAmount amount  `json:"official_website_amount"`
	MeasureID             measure `json:"measure_id"`
}

// ratings are the official price and the offers beside it.
type ratings struct {
	Currency string   `json:"currency"`
	Official *rating  `json:"official_website_rating_result"`
	Optional []rating `json:"optional_discount_rating_results"`
}

var errNoPrice = errors.New("it has no price")

// quote is the best offer's price, or the official one when no offer is the best.
func (r ratings) quote() (cloud.Quote, error) {
	var chosen *rating
	for i, offer := range r.Optional {
		if offer.BestOffer == 1 && offer.Amount.told && (chosen == nil || offer.Amount.value.LessThan(chosen.Amount.value)) {
			chosen = &r.Optional[i]
		}
	}
	if chosen == nil {
		chosen = r.Official
	}
	if chosen == nil {
		return cloud.Quote{}, errNoPrice
	}
	paid, told := first(chosen.Amount, chosen.OfficialWebsiteAmount)
	if !told {
		return cloud.Quote{}, errNoPrice
	}
	q := cloud.Quote{Amount: paid, OfficialAmount: paid, Currency: r.Currency}
	if official, told := first(r.listed(), chosen.OfficialWebsiteAmount); told {
		q.OfficialAmount = official
	}
	for _, p := range chosen.ProductRatingResults {
		line := cloud.QuoteLine{ID: or(p.ID, p.ProductID)}
		var told bool
		if line.Amount, told = first(p.Amount, p.OfficialWebsiteAmount); !told {
			break
		}
		line.OfficialAmount, _ = first(r.listedProduct(p), p.OfficialWebsiteAmount, p.Amount)
		q.Lines = append(q.Lines, line)
	}
	return whole(q), nil
}

// listed is the official price, if it is told.
func (r ratings) listed() amount {
	if r.Official == nil {
		return amount{}
	}
	if r.Official.OfficialWebsiteAmount.told {
		return r.Official.OfficialWebsiteAmount
	}
	return r.Official.Amount
}

// listedProduct is the official price of one product, if it is told.
func (r ratings) listedProduct(p productRating) amount {
	if r.Official != nil && p.ID != "" {
		for _, official := range r.Official.ProductRatingResults {
			if official.ID == p.ID {
				return official.OfficialWebsiteAmount
			}
		}
	}
	return amount{}
}

// first is the first amount that is told.
func first(amounts ...amount) (decimal.Decimal, bool) {
	for _, a := range amounts {
		if a.told {
			return a.value, true
		}
	}
	return decimal.Zero, false
}

// whole drops lines that do not add up to the quote: a bill is compared with them.
func whole(q cloud.Quote) cloud.Quote {
	sum := decimal.Zero
	for _, line := range q.Lines {
		sum = sum.Add(line.Amount)
	}
	if !sum.Equal(q.Amount) {
		q.Lines = nil
	}
	return q
}

// quoteOfPeriod reads answer B, and the billing service's of a first purchase, which has the same shape.
func quoteOfPeriod(body []byte) (cloud.Quote, error) {
	var r ratings
	if err := json.Unmarshal(body, &r); err != nil {
		return cloud.Quote{}, err
	}
	return priced(r.quote())
}

// priced refuses a quote without a currency: it could be compared with no bill.
func priced(q cloud.Quote, err error) (cloud.Quote, error) {
	if err == nil && q.Currency == "" {
		err = errors.New("it has no currency")
	}
	return q, err
}

// quoteOfServices reads answer A: a price for each order that would be made.
func quoteOfServices(body []byte) (cloud.Quote, error) {
	var told struct {
		Currency string `json:"currency"`
		Results  []struct {
			OrderRequestID string `json:"order_request_id"`
			ratings
		} `json:"cloud_service_rating_results"`
	}
	if err := json.Unmarshal(body, &told); err != nil {
		return cloud.Quote{}, err
	}
	if len(told.Results) == 0 {
		return cloud.Quote{}, errNoPrice
	}
	sum := cloud.Quote{Currency: told.Currency}
	for _, result := range told.Results {
		q, err := result.quote()
		if err != nil {
			return cloud.Quote{}, err
		}
		sum.Amount, sum.OfficialAmount = sum.Amount.Add(q.Amount), sum.OfficialAmount.Add(q.OfficialAmount)
		if len(told.Results) == 1 && len(q.Lines) > 0 {
			sum.Lines = q.Lines
			continue
		}
		sum.Lines = append(sum.Lines, cloud.QuoteLine{ID: result.OrderRequestID, Amount: q.Amount, OfficialAmount: q.OfficialAmount})
	}
	return priced(sum, nil)
}

// quoteOfResize reads answer C. A downgrade gives money back: its amount is negative whichever sign the wire gives it.
func quoteOfResize(body []byte) (cloud.Quote, error) {
	var told struct {
		IsUpgrade *bool    `json:"is_upgrade"`
		Currency  string   `json:"currency"`
		Upgrade   *ratings `json:"batch_inquiry_rsp_when_upgrade"`
		Downgrade *struct {
			RetCode        json.RawMessage `json:"ret_code"`
			ErrorTxt       string          `json:"error_txt"`
			Amount         amount          `json:"amount"`
			OriginalAmount amount          `json:"original_amount"`
			MeasureID      measure         `json:"measure_id"`
			Currency       string          `json:"currency"`
		} `json:"batch_inquiry_rsp_when_downgrade"`
	}
	if err := json.Unmarshal(body, &told); err != nil {
		return cloud.Quote{}, err
	}
	up := told.Upgrade != nil && told.Downgrade == nil
	if told.IsUpgrade != nil {
		up = *told.IsUpgrade
	}
	switch {
	case up && told.Upgrade != nil:
		told.Upgrade.Currency = or(told.Upgrade.Currency, told.Currency)
		return priced(told.Upgrade.quote())
	case !up && told.Downgrade != nil:
		d := told.Downgrade
		switch string(d.RetCode) {
		case "", "null", "0", `"0"`, `""`:
		default:
			return cloud.Quote{}, errors.New("the inquiry failed: " + or(d.ErrorTxt, "code "+string(d.RetCode)))
		}
		if !d.Amount.told {
			return cloud.Quote{}, errNoPrice
		}
		official, _ := first(d.OriginalAmount, d.Amount)
		return priced(cloud.Quote{Amount: d.Amount.value.Abs().Neg(), OfficialAmount: official.Abs().Neg(), Currency: or(d.Currency, told.Currency)}, nil)
	}
	return cloud.Quote{}, errNoPrice
}
