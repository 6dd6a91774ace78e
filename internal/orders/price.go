package orders

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
)

// Monthly is what a month of what an order changes costs at the cloud's prices of the day, now and after the order. What
// was once paid for it may be something else.
type Monthly struct {
	Now   decimal.Decimal `json:"now"`
	After decimal.Decimal `json:"after"`
	// Each are the desktops that it is made up of; empty for a whole pool.
	Each []MonthlyLine `json:"each,omitempty"`
}

// MonthlyLine is Monthly for one desktop.
type MonthlyLine struct {
	ID    string          `json:"id"`
	Now   decimal.Decimal `json:"now"`
	After decimal.Decimal `json:"after"`
}

// build is what a desktop is made of, as far as it has a price, and how many of them there are.
type build struct {
	id, product, zone string
	volumes           []cloud.Volume
	n                 int
}

func buildOf(d cloud.Desktop) build {
	return build{id: d.DesktopID, product: d.ProductID, zone: d.AvailabilityZone, volumes: slices.Concat([]cloud.Volume{d.RootVolume}, d.DataVolumes), n: 1}
}

// builder is a payload that tells what its targets will be made of.
type builder interface {
	// builds are its targets now and after; false when that is not known, or has no price by the month.
	builds(*Facts) (now, after []build, known bool)
}

// rebuilder is a batch's parameter object that changes what desktops are made of. It tells false where it cannot.
type rebuilder interface{ rebuild(build) (build, bool) }

func (p *batch[M, P]) builds(facts *Facts) (now, after []build, known bool) {
	if p.Param == nil {
		return nil, nil, false
	}
	param, can := any(p.Param).(rebuilder)
	if !can {
		return nil, nil, false
	}
	targets := P(p.Param).shared()
	for _, id := range targets.DesktopIDs {
		d, known := facts.Desktops[id]
		if !known || d.Product.ChargeMode != cloud.ChargeModePeriod {
			return nil, nil, false
		}
		now = append(now, buildOf(d))
	}
	if len(now) == 0 {
		pool, known := facts.Pools[targets.DesktopPoolID]
		everybody := targets.HandleType == "" || targets.HandleType == "FOR_EXPAND_AND_ALL"
		if !known || !everybody || pool.ChargingMode != cloud.ChargeModePeriod || pool.DesktopCount == 0 {
			return nil, nil, false
		}
		now = []build{{product: pool.Product.ProductID, zone: pool.AvailabilityZone,
			volumes: slices.Concat([]cloud.Volume{pool.RootVolume}, pool.DataVolumes), n: pool.DesktopCount}}
	}
	for _, b := range now {
		b, can := param.rebuild(b)
		if !can {
			return nil, nil, false
		}
		after = append(after, b)
	}
	return now, after, true
}

func (p *ResizeParam) rebuild(b build) (build, bool) {
	b.product = p.ProductID
	return b, true
}

func (p *AddVolumeParam) rebuild(b build) (build, bool) {
	b.volumes = append(slices.Clone(b.volumes), cloud.Volume{Type: p.VolumeType, Size: num(p.VolumeSize)})
	return b, true
}

func (p *ExtendVolumeParam) rebuild(b build) (build, bool) {
	disk, known := findVolume(p.DesktopPoolDiskID, b.volumes[0], b.volumes[1:])
	if !known {
		return b, false
	}
	b.volumes = slices.Clone(b.volumes)
	i := slices.Index(b.volumes, disk)
	b.volumes[i].Size = max(disk.Size, num(p.NewSize)) // one that is larger already is left alone
	return b, true
}

func (p *subscribe[M, P]) builds(facts *Facts) (now, after []build, known bool) {
	add, can := any(p.first()).(*AddVolumes)
	if !can || add == nil {
		return nil, nil, false
	}
	d, known := facts.Desktops[add.DesktopID]
	if !known || d.Product.ChargeMode != cloud.ChargeModePeriod {
		return nil, nil, false
	}
	b := buildOf(d)
	more := b
	more.volumes = slices.Concat(b.volumes, disks(add.Volumes))
	return []build{b}, []build{more}, true
}

// mostRated is how many products one question asks about at most.
const mostRated = 100

// monthly asks what a month costs, now and after. Nil when nobody can tell, for whatever reason: the page says so.
func (s *Service) monthly(ctx context.Context, checked Checked, quote Quote) *Monthly {
	payload, can := checked.Payload.(builder)
	if !can {
		return nil
	}
	now, after, known := payload.builds(checked.Facts)
	if !known {
		return nil
	}
	// each build is asked about once, for one desktop
	var question cloud.Question
	asked := map[string]int{}
	name := func(b build) string { return fmt.Sprintf("%q %q %s", b.product, b.zone, diskText(b.volumes...)) }
	for _, b := range slices.Concat(now, after) {
		if _, already := asked[name(b)]; already {
			continue
		}
		products, known := checked.Facts.desktopProducts(b.product, b.zone, 1, b.volumes)
		if !known || len(question.Products)+len(products) > mostRated {
			return nil
		}
		for _, p := range products {
			p.ID = fmt.Sprintf("%d/%s", len(asked), p.ID)
			p.Region, p.PeriodType, p.PeriodNum = checked.Facts.Region, periodMonth, 1
			question.Products = append(question.Products, p)
		}
		asked[name(b)] = len(asked)
	}
	ctx, cancel := context.WithTimeout(ctx, quoteTimeout)
	defer cancel()
	answer, err := s.Quoter.Quote(ctx, question)
	if err != nil || answer.Currency != quote.Currency || len(answer.Lines) != len(question.Products) {
		return nil
	}
	cost := func(b build) (sum decimal.Decimal) {
		of := fmt.Sprintf("%d/", asked[name(b)])
		for _, line := range answer.Lines {
			if strings.HasPrefix(line.ID, of) {
				sum = sum.Add(line.Amount)
			}
		}
		return sum
	}
	var m Monthly
	priced := quote.left()
	for i := range now {
		if priced != nil && now[i].id != "" && !priced[now[i].id] {
			continue // the cloud is going to leave it as it is
		}
		before, then, n := cost(now[i]), cost(after[i]), decimal.NewFromInt(int64(now[i].n))
		m.Now, m.After = m.Now.Add(before.Mul(n)), m.After.Add(then.Mul(n))
		if now[i].id != "" {
			m.Each = append(m.Each, MonthlyLine{ID: now[i].id, Now: before, After: then})
		}
	}
	return &m
}

// priceParts are the IDs that the console itself gives the products that it asks a price for.
var priceParts = regexp.MustCompile(`^(desktop|lites|sharer|eip|bandwidth|disk)(?:-([0-9]+))?$`)

// PricePart tells which product a line of a quote is about, where the console has named it: "disk" and 1 for the second of
// several disks. False for a line that is about a desktop.
func PricePart(id string) (part string, position int, ok bool) {
	names := priceParts.FindStringSubmatch(id)
	if names == nil {
		return "", 0, false
	}
	position, _ = strconv.Atoi(names[2]) // absent is the only one
	return names[1], position, true
}

// left tells which desktops a quote has a price for: it may leave out some that cannot be changed. Nil, for all of them,
// where it tells no lines, or lines that are no desktops'.
func (q Quote) left() map[string]bool {
	priced := map[string]bool{}
	for _, line := range q.Lines {
		if _, _, part := PricePart(line.ID); part {
			return nil
		}
		priced[line.ID] = true
	}
	if len(priced) == 0 {
		return nil
	}
	return priced
}

// Price is Quote, and beside the quote what a month costs now and after: what a person looks at. each are the quotes of the
// request's calls, where it needs several.
func (s *Service) Price(ctx context.Context, checked Checked) (quote *Quote, each []*Quote, problem string) {
	quote, each, problem = s.quotes(ctx, checked)
	if quote != nil {
		quote.Monthly = s.monthly(ctx, checked, *quote)
	}
	return quote, each, problem
}

// Reprice asks for the price of a reviewed draft again, once it is older than five minutes, and stores it. What it was
// before stands in the quote's Was when it has moved; then the quote has another ID, so that it is to be seen before the order is placed.
func (s *Service) Reprice(ctx context.Context, reviewed *Reviewed) error {
	if len(reviewed.Outdated) > 0 {
		return nil
	}
	_, err := s.renew(ctx, reviewed)
	return told(err)
}

func (s *Service) renew(ctx context.Context, reviewed *Reviewed) (moved bool, err error) {
	draft := &reviewed.Draft
	asked := draft.CreatedAt
	if draft.Quote != nil {
		asked = draft.Quote.AskedAt
	}
	if s.Now().Sub(asked) <= quoteAge || draft.Quote == nil && draft.QuoteError == "" {
		return false, nil
	}
	old := draft.Quote
	quote, each, problem := s.Price(ctx, reviewed.Checked)
	draft.Quote, draft.QuoteError = quote, problem
	draft.requote(each)
	switch {
	case old == nil || draft.Quote == nil:
		moved = old != nil || draft.Quote != nil
	case old.Currency == draft.Quote.Currency && old.Amount.Equal(draft.Quote.Amount):
		draft.Quote.ID, draft.Quote.Was = old.ID, old.Was
	default:
		moved = true
		draft.Quote.Was = &cloud.Money{Amount: old.Amount, Currency: old.Currency}
	}
	return moved, s.Journal.SaveDraft(ctx, *draft)
}

// Costs is a quote spread over months, and over the things that it is for.
type Costs struct {
	// Months is the term that is bought; 0 for what lasts as long as the thing that it changes.
	Months int
	// New tells that there is nothing yet that costs anything.
	New bool
	// Now, After and Difference are the costs of a month; nil when they are not known.
	Now, After, Difference *decimal.Decimal
	// Term is the difference for the term, or for what is left of it; nil when it is not known.
	Term *decimal.Decimal
	// Count is how many things share the difference, 0 when that is not known; EachMonth and EachTerm are the share of one,
	// nil when it is not known or not the same for all.
	Count               int
	EachMonth, EachTerm *decimal.Decimal
	// Rounded tells that some amount is rounded to cents.
	Rounded bool
}

// CostsOf spreads the quote of a checked request.
func CostsOf(checked Checked, quote *Quote) Costs {
	var c Costs
	if quote == nil || checked.Payload == nil || checked.Facts == nil {
		return c
	}
	question, can := checked.Payload.Question(checked.Facts)
	if !can {
		return c
	}
	c.Term = &quote.Amount
	if quote.Monthly != nil {
		difference := quote.Monthly.After.Sub(quote.Monthly.Now)
		c.Now, c.After, c.Difference = &quote.Monthly.Now, &quote.Monthly.After, &difference
	}
	if len(question.Products) > 0 {
		c.buys(checked, quote, question.Products)
	} else {
		c.shares(quote)
	}
	return c
}

// buys spreads the price of something new over its term.
func (c *Costs) buys(checked Checked, quote *Quote, products []cloud.ProductInfo) {
	if of, can := checked.Payload.(interface{ months() int }); can {
		c.Months = of.months()
	}
	if c.Months == 0 { // one month was asked about
		c.Term, c.Difference = nil, &quote.Amount
	} else {
		month := c.share(quote.Amount, c.Months)
		c.Difference = &month
	}
	if c.Now == nil && checked.Decoded.Kind.Door == cloud.DoorSubscribe && len(checked.Payload.Targets().Desktops) == 0 {
		zero := decimal.Zero
		c.New, c.Now, c.After = true, &zero, c.Difference
	}
	n := products[0].SubscriptionNum
	if slices.ContainsFunc(products, func(p cloud.ProductInfo) bool { return p.SubscriptionNum != n }) || n < 2 {
		return
	}
	c.Count = n
	month := c.share(*c.Difference, n)
	c.EachMonth = &month
	if c.Term != nil {
		term := c.share(*c.Term, n)
		c.EachTerm = &term
	}
}

// shares tells what each desktop of a batch costs, as far as all cost the same.
func (c *Costs) shares(quote *Quote) {
	n := len(quote.Lines)
	if n < 2 {
		return
	}
	c.Count = n
	if !slices.ContainsFunc(quote.Lines, func(line cloud.QuoteLine) bool { return !line.Amount.Equal(quote.Lines[0].Amount) }) {
		c.EachTerm = &quote.Lines[0].Amount
	}
	if m := quote.Monthly; m != nil && len(m.Each) > 0 {
		each := m.Each[0].After.Sub(m.Each[0].Now)
		if !slices.ContainsFunc(m.Each, func(line MonthlyLine) bool { return !line.After.Sub(line.Now).Equal(each) }) {
			c.EachMonth = &each
		}
	}
}

// share divides an amount, to cents.
func (c *Costs) share(amount decimal.Decimal, by int) decimal.Decimal {
	n := decimal.NewFromInt(int64(by))
	part := amount.DivRound(n, 2)
	c.Rounded = c.Rounded || !part.Mul(n).Equal(amount)
	return part
}

// months is the order's own term; 0 when it has none.
func (p *subscribe[M, P]) months() int {
	if len(p.Resources) == 0 || p.Resources[0].PeriodNum == nil {
		return 0
	}
	switch n := *p.Resources[0].PeriodNum; num(p.Resources[0].PeriodType) {
	case periodMonth:
		return n
	case periodYear:
		return 12 * n
	}
	return 0
}

// unpriced tells that this order has no price although others of its kind have one.
func (p *subscribe[M, P]) unpriced() bool {
	free, is := any(p.first()).(interface{ unpriced() bool })
	return is && p.first() != nil && free.unpriced()
}
