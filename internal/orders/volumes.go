package orders

import (
	"strconv"
	"strings"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// Volume is a disk as the subscribe door takes it (docs/wire.md section 2.5).
type Volume struct {
	system bool // a system disk: its smallest size differs

	Type       string `json:"type"`
	Size       *int   `json:"size"`
	IOPS       *int   `json:"iops,omitzero"`
	Throughput *int   `json:"throughput,omitzero"`
	KMSID      string `json:"kms_id,omitzero"`
}

// Fields implements field.Fielder.
func (v *Volume) Fields(s *field.Set) {
	s.Text(&v.Type, "type", field.Required(), volumeTypes(), field.Pick(field.PickVolumeType))
	if v.system {
		s.Int(&v.Size, "size", field.Required(), systemDiskSize())
	} else {
		s.Int(&v.Size, "size", field.Required(), dataDiskSize())
	}
	performance(s, &v.IOPS, &v.Throughput, field.SDKOnly())
	s.Text(&v.KMSID, "kms_id", field.SDKOnly(), idRule())
}

// systemDisk prepares a volume to be declared as a system disk.
func systemDisk(v *Volume) field.Fielder {
	v.system = true
	return v
}

// VolumeInfo is a disk of a pool (docs/wire.md section 2.11). Its page knows fewer types than Volume's; for the sizes,
// which it does not bound, those of Volume hold (section 6).
type VolumeInfo struct {
	system bool

	ID               string `json:"id,omitzero"`
	Type             string `json:"type"`
	Size             *int   `json:"size"`
	ResourceSpecCode string `json:"resource_spec_code,omitzero"`
	IOPS             *int   `json:"iops,omitzero"`
	Throughput       *int   `json:"throughput,omitzero"`
	KMSID            string `json:"kms_id,omitzero"`
}

// Fields implements field.Fielder.
func (v *VolumeInfo) Fields(s *field.Set) {
	s.Text(&v.Type, "type", field.Required(), field.OneOf("SAS", "SSD"), field.Pick(field.PickVolumeType))
	if v.system {
		s.Int(&v.Size, "size", field.Required(), systemDiskSize())
	} else {
		s.Int(&v.Size, "size", field.Required(), dataDiskSize())
	}
	s.Text(&v.ID, "id", idRule(), field.Folded())
	s.Text(&v.ResourceSpecCode, "resource_spec_code", idRule(), field.Folded())
	performance(s, &v.IOPS, &v.Throughput, field.SDKOnly())
	s.Text(&v.KMSID, "kms_id", field.SDKOnly(), idRule())
}

func poolSystemDisk(v *VolumeInfo) field.Fielder {
	v.system = true
	return v
}

func volumeTypes() field.Option { return field.OneOf("SAS", "SSD", "GPSSD") }

func systemDiskSize() field.Option { return sizes(80) }
func dataDiskSize() field.Option   { return sizes(10) }

// sizes bounds a disk in GB; also for the batches, whose pages state no range (docs/wire.md sections 2.5 and 6).
func sizes(smallest int) field.Option {
	rules := []field.Option{field.Range(smallest, 32760), field.Multiple(10)}
	return func(in *field.Input) {
		for _, rule := range rules {
			rule(in)
		}
	}
}

// performance declares IOPS and MB/s of a disk. The vendor states no range; these lie well above every disk type there
// is.
func performance(s *field.Set, iops, throughput **int, opts ...field.Option) {
	s.Int(iops, "iops", append(opts, field.Range(1, 256000))...)
	s.Int(throughput, "throughput", append(opts, field.Range(1, 10000))...)
}

// disk is what the rules and prices need of a Volume or a VolumeInfo.
func (v *Volume) disk() cloud.Volume {
	if v == nil {
		return cloud.Volume{}
	}
	return cloud.Volume{Type: v.Type, Size: num(v.Size)}
}

func (v *VolumeInfo) disk() cloud.Volume {
	if v == nil {
		return cloud.Volume{}
	}
	return cloud.Volume{Type: v.Type, Size: num(v.Size)}
}

// disks collects the disks of a list.
func disks[T any, P interface {
	*T
	disk() cloud.Volume
}](list []T) []cloud.Volume {
	out := make([]cloud.Volume, len(list))
	for i := range list {
		out[i] = P(&list[i]).disk()
	}
	return out
}

// diskText says disks in short: "SAS 80 GB, SSD 100 GB".
func diskText(volumes ...cloud.Volume) string {
	texts := make([]string, len(volumes))
	for i, volume := range volumes {
		texts[i] = volume.Type + " " + gigabytes(volume.Size)
	}
	return strings.Join(texts, ", ")
}

func gigabytes(size int) string { return strconv.Itoa(size) + " GB" }

// num is a number that may be absent.
func num(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}
