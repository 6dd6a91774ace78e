package orders

import (
	"fmt"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// AddVolumes adds disks to one desktop (docs/wire.md section 2.4).
type AddVolumes struct {
	memberDefaults

	DesktopID string   `json:"desktop_id"`
	Volumes   []Volume `json:"volumes"`
}

// Fields implements field.Fielder.
func (p *AddVolumes) Fields(s *field.Set) {
	s.Text(&p.DesktopID, "desktop_id", field.Required(), idRule(), field.Pick(field.PickDesktop), field.In("targets"))
	field.List(s, &p.Volumes, "volumes", field.Required(), field.Items(1, mostRows), field.In("what"))
}

func (p *AddVolumes) wire() string     { return "add_volumes" }
func (p *AddVolumes) period() bool     { return false }
func (p *AddVolumes) targets() Targets { return Targets{Desktops: []string{p.DesktopID}} }

func (p *AddVolumes) checkFacts(facts *Facts) field.Problems {
	var problems field.Problems
	for i, volume := range p.Volumes {
		problems = append(problems, facts.diskOnSale(fmt.Sprintf("volumes[%d].type", i), volume.Type)...)
	}
	return problems
}

func (p *AddVolumes) changes(facts *Facts) []Change {
	before := ""
	after := disks(p.Volumes)
	if desktop, known := facts.Desktops[p.DesktopID]; known {
		before = diskText(desktop.DataVolumes...)
		after = append(append([]cloud.Volume{}, desktop.DataVolumes...), after...)
	}
	return []Change{{Subject: facts.desktopName(p.DesktopID), What: field.Say("change.data_disks"), Before: before, After: diskText(after...)}}
}

func (p *AddVolumes) products(facts *Facts) ([]cloud.ProductInfo, bool) {
	return facts.diskProducts(disks(p.Volumes), facts.Desktops[p.DesktopID].AvailabilityZone, 1)
}

func (p *AddVolumes) summary(facts *Facts) field.Message {
	return field.Say("summary.addVolumes", "n", len(p.Volumes), "desktop", facts.desktopName(p.DesktopID))
}
