package orders

import (
	"workspace-order-console/internal/orders/field"
)

// RebuildDesktops recomposes system disks (docs/wire.md section 2.9). What is on them is lost.
type RebuildDesktops struct {
	memberDefaults

	DesktopIDs          []string `json:"desktop_ids"`
	ImageType           string   `json:"image_type"`
	ImageID             string   `json:"image_id"`
	OSType              string   `json:"os_type,omitzero"`
	DelayTime           *int     `json:"delay_time,omitzero"`
	Message             string   `json:"message,omitzero"`
	OrderID             string   `json:"order_id,omitzero"`
	EnterpriseProjectID string   `json:"enterprise_project_id,omitzero"`
	EncryptType         string   `json:"encrypt_type,omitzero"`
	KMSID               string   `json:"kms_id,omitzero"`
	HandleType          string   `json:"handle_type,omitzero"`
}

// Fields implements field.Fielder. The values of image_type are the SDK's: the pages list none here.
func (p *RebuildDesktops) Fields(s *field.Set) {
	desktopIDs(s, &p.DesktopIDs, field.Required(), field.Split(mostTargets))
	s.Text(&p.ImageType, "image_type", field.Required(), field.OneOf("private", "gold", "market"), field.In("what"))
	s.Text(&p.ImageID, "image_id", field.Required(), idRule(), field.Pick(field.PickImage))
	s.Text(&p.OSType, "os_type", field.OneOf("Windows", "Linux"))
	notice(s, &p.DelayTime, &p.Message)
	s.Text(&p.OrderID, "order_id", idRule(), field.Folded(), field.In("more"))
	enterpriseProject(s, &p.EnterpriseProjectID, field.Default("0"))
	encryption(s, &p.EncryptType, &p.KMSID, field.SDKOnly())
	s.Text(&p.HandleType, "handle_type", field.SDKOnly(), handleTypes())
}

func (p *RebuildDesktops) wire() string          { return "rebuild_desktops" }
func (p *RebuildDesktops) period() bool          { return false }
func (p *RebuildDesktops) targets() Targets      { return Targets{Desktops: p.DesktopIDs} }
func (p *RebuildDesktops) check() field.Problems { return checkEncryption(p.EncryptType, p.KMSID) }

func (p *RebuildDesktops) checkFacts(facts *Facts) field.Problems {
	problems := facts.notMixed(p.DesktopIDs)
	smallest := 0
	for _, id := range p.DesktopIDs {
		if size := facts.Desktops[id].RootVolume.Size; size > 0 && (smallest == 0 || size < smallest) {
			smallest = size
		}
	}
	problems = append(problems, facts.imageOnDisk(p.ImageID, p.ImageType, smallest, "image_id")...)
	if os := facts.imageOS(p.ImageID, p.ImageType); p.OSType != "" && os != "" && p.OSType != os {
		problems.Add("os_type", "problem.image_os", "image", facts.imageName(p.ImageID), "os", os)
	}
	return problems
}

func (p *RebuildDesktops) changes(facts *Facts) []Change {
	changes := make([]Change, len(p.DesktopIDs))
	for i, id := range p.DesktopIDs {
		changes[i] = facts.imageChange(id, p.ImageID)
	}
	return changes
}

func (p *RebuildDesktops) summary(facts *Facts) field.Message {
	return field.Say("summary.rebuildDesktops", "n", len(p.DesktopIDs), "image", facts.imageName(p.ImageID))
}
