package orders

import (
	"regexp"
	"strconv"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// ApplyDesktopsInternet gives desktops access to the Internet by EIPs, or buys EIPs on their own (docs/wire.md
// section 2.12).
type ApplyDesktopsInternet struct {
	memberDefaults

	DesktopIDs    []string `json:"desktop_ids,omitzero"`
	EIPType       string   `json:"eip_type"`
	EIPChargeMode string   `json:"eip_charge_mode"`
	BandwidthSize *int     `json:"bandwidth_size"`
	Count         *int     `json:"count,omitzero"`
}

var eipTypePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Fields implements field.Fielder. The EIP service decides which types there are; the two of the pages are examples.
// For count the page states no range.
func (p *ApplyDesktopsInternet) Fields(s *field.Set) {
	desktopIDs(s, &p.DesktopIDs)
	s.Int(&p.Count, "count", field.Range(1, 100))
	s.Text(&p.EIPType, "eip_type", field.Required(), field.Match(eipTypePattern, "problem.eip_type"),
		field.Pick(field.PickEIPType), field.In("network"))
	s.Text(&p.EIPChargeMode, "eip_charge_mode", field.Required(), chargeModes())
	s.Int(&p.BandwidthSize, "bandwidth_size", field.Required(), field.Range(1, 2000))
}

func (p *ApplyDesktopsInternet) wire() string     { return "apply_desktops_internet" }
func (p *ApplyDesktopsInternet) targets() Targets { return Targets{Desktops: p.DesktopIDs} }

// check wants exactly one of desktops and count: beside desktops the page gives count no meaning.
func (p *ApplyDesktopsInternet) check() field.Problems {
	var problems field.Problems
	switch {
	case len(p.DesktopIDs) == 0 && p.Count == nil:
		problems.Add("desktop_ids", "problem.one_of", "a", "desktop_ids", "b", "count")
	case len(p.DesktopIDs) > 0 && p.Count != nil:
		problems.Add("count", "problem.not_both", "a", "desktop_ids", "b", "count")
	}
	return problems
}

func (p *ApplyDesktopsInternet) changes(facts *Facts) []Change {
	eip := p.EIPType + " " + megabits(num(p.BandwidthSize))
	if len(p.DesktopIDs) == 0 {
		return []Change{
			{What: field.Say("change.new_eips"), After: strconv.Itoa(num(p.Count))},
			{What: field.Say("change.eip"), After: eip},
		}
	}
	changes := make([]Change, len(p.DesktopIDs))
	for i, id := range p.DesktopIDs {
		changes[i] = Change{Subject: facts.desktopName(id), What: field.Say("change.eip"), After: eip}
	}
	return changes
}

// quantity is how many EIPs are bought.
func (p *ApplyDesktopsInternet) quantity() int {
	if len(p.DesktopIDs) > 0 {
		return len(p.DesktopIDs)
	}
	return num(p.Count)
}

// products rates the bandwidth. What is billed by traffic has no price beforehand.
func (p *ApplyDesktopsInternet) products(*Facts) ([]cloud.ProductInfo, bool) {
	if p.EIPChargeMode != "BANDWIDTH" {
		return nil, false
	}
	return []cloud.ProductInfo{eipProduct(p.EIPType, num(p.BandwidthSize), p.quantity())}, true
}

// unpriced tells that what is billed by traffic has no price before it is used.
func (p *ApplyDesktopsInternet) unpriced() bool { return p.EIPChargeMode == "TRAFFIC" }

// create counts EIPs that are bought on their own; those for desktops are told apart by the desktops.
func (p *ApplyDesktopsInternet) create() (product string, quantity int) {
	if len(p.DesktopIDs) > 0 {
		return "", 0
	}
	return p.EIPType, num(p.Count)
}

func (p *ApplyDesktopsInternet) summary(*Facts) field.Message {
	if len(p.DesktopIDs) == 0 {
		return field.Say("summary.applyDesktopsInternet.count", "n", num(p.Count), "size", num(p.BandwidthSize))
	}
	return field.Say("summary.applyDesktopsInternet.desktops", "n", len(p.DesktopIDs), "size", num(p.BandwidthSize))
}

func megabits(size int) string { return strconv.Itoa(size) + " Mbit/s" }
