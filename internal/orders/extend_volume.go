package orders

import (
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// ExtendVolumeParam makes a disk larger on many desktops, or in a pool (docs/wire.md section 4.3, extend_volume_param).
type ExtendVolumeParam struct {
	BatchTargets

	DesktopPoolDiskID string `json:"desktop_pool_disk_id"`
	NewSize           *int   `json:"new_size"`
}

// Fields implements field.Fielder. The disk is mandatory even with desktop_ids, as the pages have it.
func (p *ExtendVolumeParam) Fields(s *field.Set) {
	p.targets(s)
	s.Text(&p.DesktopPoolDiskID, "desktop_pool_disk_id", field.Required(), idRule(), field.Pick(field.PickPoolDisk), field.In("what"))
	s.Int(&p.NewSize, "new_size", field.Required(), dataDiskSize())
	p.more(s)
}

func (p *ExtendVolumeParam) wire() string    { return "extend_volume_param" }
func (p *ExtendVolumeParam) inquiry() string { return cloud.InquiryExtendVolume }

// checkFacts wants a disk that grows, of the whole pool or on at least one of the desktops.
func (p *ExtendVolumeParam) checkFacts(facts *Facts) field.Problems {
	var problems field.Problems
	largest := 0
	grows := func(root cloud.Volume, data []cloud.Volume) bool {
		disk, known := findVolume(p.DesktopPoolDiskID, root, data)
		largest = max(largest, disk.Size)
		return !known || num(p.NewSize) > disk.Size
	}
	if p.NewSize != nil && p.none(facts,
		func(d cloud.Desktop) bool { return grows(d.RootVolume, d.DataVolumes) },
		func(pool cloud.Pool) bool { return grows(pool.RootVolume, pool.DataVolumes) }) {
		problems.Add("new_size", "problem.must_grow", "size", largest)
	}
	return problems
}

func (p *ExtendVolumeParam) changes(facts *Facts) []Change {
	line := func(name string, root cloud.Volume, data []cloud.Volume) Change {
		change := Change{Subject: name, What: field.Say("change.disk_size", "disk", p.DesktopPoolDiskID), After: gigabytes(num(p.NewSize))}
		if disk, known := findVolume(p.DesktopPoolDiskID, root, data); known {
			change.What = field.Say("change.disk_size", "disk", diskName(disk))
			change.Before = gigabytes(disk.Size)
		}
		return change
	}
	return p.subjects(func(id string) Change {
		desktop := facts.Desktops[id]
		return line(facts.desktopName(id), desktop.RootVolume, desktop.DataVolumes)
	}, func(id string) Change {
		pool := facts.Pools[id]
		return line(facts.poolName(id), pool.RootVolume, pool.DataVolumes)
	})
}

func (p *ExtendVolumeParam) summary(facts *Facts) field.Message {
	return p.say(facts, "summary.EXTEND_VOLUME", "size", num(p.NewSize))
}
