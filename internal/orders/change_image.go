package orders

import (
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// ChangeImageParam gives many desktops, or a pool, another image (docs/wire.md section 4.3, change_image_param). What is
// on the system disks is lost.
type ChangeImageParam struct {
	BatchTargets

	ImageID       string `json:"image_id,omitzero"`
	ImageSpecCode string `json:"image_spec_code,omitzero"`
	ImageType     string `json:"image_type,omitzero"`
	DelayTime     *int   `json:"delay_time,omitzero"`
	Message       string `json:"message,omitzero"`
	EncryptType   string `json:"encrypt_type,omitzero"`
	KMSID         string `json:"kms_id,omitzero"`
}

// Fields implements field.Fielder.
func (p *ChangeImageParam) Fields(s *field.Set) {
	p.targets(s)
	s.Text(&p.ImageType, "image_type", onlyDesktops(p.pool), field.OneOf("private", "gold"), field.In("what"))
	s.Text(&p.ImageID, "image_id", idRule(), field.Pick(field.PickImage), field.In("what"))
	notice(s, &p.DelayTime, &p.Message)
	s.Text(&p.ImageSpecCode, "image_spec_code", field.Length(1, 255), field.Folded(), field.In("more"))
	encryption(s, &p.EncryptType, &p.KMSID, onlyDesktops(p.pool), field.Folded())
	p.more(s)
}

func (p *ChangeImageParam) wire() string { return "change_image_param" }

func (p *ChangeImageParam) inquiry() string {
	if p.pool {
		return cloud.InquiryPoolImage
	}
	return cloud.InquiryChangeImage
}

// check wants exactly one of image_id and image_spec_code, although the pages let the former win, and the image's type
// where the desktop page asks for it (docs/wire.md section 6).
func (p *ChangeImageParam) check() field.Problems {
	var problems field.Problems
	switch {
	case p.ImageID == "" && p.ImageSpecCode == "":
		problems.Add("image_id", "problem.one_of", "a", "image_id", "b", "image_spec_code")
	case p.ImageID != "" && p.ImageSpecCode != "":
		problems.Add("image_spec_code", "problem.not_both", "a", "image_id", "b", "image_spec_code")
	case p.ImageID != "" && p.ImageType == "" && !p.pool:
		problems.Add("image_type", "problem.needed_with", "other", "image_id")
	}
	return append(problems, checkEncryption(p.EncryptType, p.KMSID)...)
}

// checkFacts refuses an image that is not of its type, or that fits on the system disk of none of the targets.
func (p *ChangeImageParam) checkFacts(facts *Facts) field.Problems {
	largest := 0
	fits := func(root cloud.Volume) bool {
		largest = max(largest, root.Size)
		return false
	}
	if !p.none(facts,
		func(d cloud.Desktop) bool { return fits(d.RootVolume) },
		func(pool cloud.Pool) bool { return fits(pool.RootVolume) }) {
		largest = 0 // not all are known: the disk may be large enough
	}
	return facts.imageOnDisk(p.ImageID, p.ImageType, largest, "image_id")
}

func (p *ChangeImageParam) changes(facts *Facts) []Change {
	image := p.ImageID
	if image == "" {
		image = p.ImageSpecCode
	}
	return p.subjects(func(id string) Change {
		return facts.imageChange(id, image)
	}, func(id string) Change {
		change := Change{Subject: facts.poolName(id), What: field.Say("change.image"), After: facts.imageName(image)}
		if pool, known := facts.Pools[id]; known {
			change.Before = facts.imageName(pool.ImageID)
		}
		return change
	})
}

func (p *ChangeImageParam) summary(facts *Facts) field.Message {
	image := p.ImageSpecCode
	if p.ImageID != "" {
		image = facts.imageName(p.ImageID)
	}
	return p.say(facts, "summary.CHANGE_IMAGE", "image", image)
}
