package orders

import (
	"regexp"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// ExpandVolumes makes one disk of a desktop larger (docs/wire.md section 3, type expandVolumes).
type ExpandVolumes struct {
	changeBody
	ExpandVolumeID string `json:"expand_volume_id"`
	ExpandNewSize  *int   `json:"expand_new_size"`
}

var volumeIDPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$`)

// Fields implements field.Fielder.
func (p *ExpandVolumes) Fields(s *field.Set) {
	p.begin(s)
	s.Text(&p.ExpandVolumeID, "expand_volume_id", field.Required(), field.Match(volumeIDPattern, "problem.volume_id"), field.Pick(field.PickVolume), field.In("what"))
	s.Int(&p.ExpandNewSize, "expand_new_size", field.Required(), dataDiskSize())
	p.end(s, "expand_volume_id", "expand_new_size")
}

// Check implements Payload.
func (p *ExpandVolumes) Check() field.Problems { return nil }

// CheckFacts wants the disk to grow.
func (p *ExpandVolumes) CheckFacts(facts *Facts) field.Problems {
	var problems field.Problems
	if disk, known := p.volume(facts); known && p.ExpandNewSize != nil && *p.ExpandNewSize <= disk.Size {
		problems.Add("expand_new_size", "problem.must_grow", "size", disk.Size)
	}
	return problems
}

// volume finds the disk. Both IDs that the cloud gives a disk are looked for (docs/wire.md section 9).
func (p *ExpandVolumes) volume(facts *Facts) (cloud.Volume, bool) {
	desktop := facts.Desktops[p.Desktop]
	return findVolume(p.ExpandVolumeID, desktop.RootVolume, desktop.DataVolumes)
}

// Targets implements Payload.
func (p *ExpandVolumes) Targets() Targets {
	return Targets{Desktops: []string{p.Desktop}, Volumes: []string{p.ExpandVolumeID}}
}

// Changes implements Payload.
func (p *ExpandVolumes) Changes(facts *Facts) []Change {
	change := Change{Subject: facts.desktopName(p.Desktop), What: field.Say("change.disk_size", "disk", p.ExpandVolumeID),
		After: gigabytes(num(p.ExpandNewSize))}
	if disk, known := p.volume(facts); known {
		change.What = field.Say("change.disk_size", "disk", diskName(disk))
		change.Before = gigabytes(disk.Size)
	}
	return []Change{change}
}

// Question implements Payload: nobody quotes a change of one desktop.
func (p *ExpandVolumes) Question(*Facts) (cloud.Question, bool) { return cloud.Question{}, false }

// Summary implements Payload.
func (p *ExpandVolumes) Summary(facts *Facts) field.Message {
	return field.Say("summary.expandVolumes", "desktop", facts.desktopName(p.Desktop), "size", num(p.ExpandNewSize))
}
