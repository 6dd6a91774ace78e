package orders

import (
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// AddVolumeParam adds a disk to each of many desktops, or to a pool (docs/wire.md section 4.3, add_volume_param).
type AddVolumeParam struct {
	BatchTargets

	VolumeType        string `json:"volume_type"`
	VolumeSize        *int   `json:"volume_size"`
	DesktopPoolDiskID string `json:"desktop_pool_disk_id,omitzero"`
	IOPS              *int   `json:"iops,omitzero"`
	Throughput        *int   `json:"throughput,omitzero"`
	KMSID             string `json:"kms_id,omitzero"`
}

// Fields implements field.Fielder.
func (p *AddVolumeParam) Fields(s *field.Set) {
	p.targets(s)
	s.Text(&p.VolumeType, "volume_type", field.Required(), volumeTypes(), field.Pick(field.PickVolumeType), field.In("what"))
	s.Int(&p.VolumeSize, "volume_size", field.Required(), dataDiskSize())
	s.Text(&p.DesktopPoolDiskID, "desktop_pool_disk_id", onlyDesktops(p.pool), idRule(), field.Pick(field.PickPoolDisk), field.Folded())
	performance(s, &p.IOPS, &p.Throughput, onlyDesktops(p.pool), field.Folded())
	s.Text(&p.KMSID, "kms_id", onlyDesktops(p.pool), idRule(), field.Folded())
	p.more(s)
}

func (p *AddVolumeParam) wire() string    { return "add_volume_param" }
func (p *AddVolumeParam) inquiry() string { return cloud.InquiryAddVolume }

func (p *AddVolumeParam) checkFacts(facts *Facts) field.Problems {
	return facts.diskOnSale("volume_type", p.VolumeType)
}

func (p *AddVolumeParam) changes(facts *Facts) []Change {
	added := cloud.Volume{Type: p.VolumeType, Size: num(p.VolumeSize)}
	line := func(name string, known bool, now []cloud.Volume) Change {
		change := Change{Subject: name, What: field.Say("change.new_disk"), After: diskText(added)}
		if known {
			change.What = field.Say("change.data_disks")
			change.Before, change.After = diskText(now...), diskText(append(append([]cloud.Volume{}, now...), added)...)
		}
		return change
	}
	return p.subjects(func(id string) Change {
		desktop, known := facts.Desktops[id]
		return line(facts.desktopName(id), known, desktop.DataVolumes)
	}, func(id string) Change {
		pool, known := facts.Pools[id]
		return line(facts.poolName(id), known, pool.DataVolumes)
	})
}

func (p *AddVolumeParam) summary(facts *Facts) field.Message {
	return p.say(facts, "summary.ADD_VOLUME", "size", num(p.VolumeSize), "type", p.VolumeType)
}
