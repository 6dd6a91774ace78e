package huaweicloud

import (
	"encoding/json"
	"errors"

	"workspace-order-console/internal/cloud"
)

// What the wire writes in other shapes than the port.

// wireZone is an availability zone: its name is a text with translations beside it, what is sold out an object.
type wireZone struct {
	AvailabilityZone string            `json:"availability_zone"`
	DisplayName      textOrMap         `json:"display_name"`
	I18n             map[string]string `json:"i18n"`
	SoldOut          struct {
		Products []string `json:"products"`
	} `json:"sold_out"`
	Visible *bool `json:"visible"`
	Default bool  `json:"default_availability_zone"`
}

func (z wireZone) zone() cloud.AvailabilityZone {
	names := z.DisplayName.byLanguage
	if len(z.I18n) > 0 {
		names = z.I18n
	}
	if len(names) == 0 && z.DisplayName.text != "" {
		names = map[string]string{"en_US": z.DisplayName.text}
	}
	return cloud.AvailabilityZone{AvailabilityZone: z.AvailabilityZone, DisplayName: names, SoldOut: z.SoldOut.Products, Default: z.Default}
}

// textOrMap is a text, or texts by language.
type textOrMap struct {
	text       string
	byLanguage map[string]string
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *textOrMap) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, &t.text) == nil {
		return nil
	}
	return json.Unmarshal(raw, &t.byLanguage)
}

// decodeWorkspace reads the tenant. Without a status it is none.
func decodeWorkspace(body []byte) (cloud.Workspace, error) {
	type domain struct {
		DomainType string `json:"domain_type"`
	}
	var told struct {
		Status    string            `json:"status"`
		ADDomains oneOrMany[domain] `json:"ad_domains"`
		VPCID     string            `json:"vpc_id"`
		SubnetIDs []idOr            `json:"subnet_ids"`
		Group     idOr              `json:"desktop_security_group"`
	}
	if err := json.Unmarshal(body, &told); err != nil {
		return cloud.Workspace{}, err
	}
	if told.Status == "" {
		return cloud.Workspace{}, errors.New("it has no status")
	}
	w := cloud.Workspace{Status: told.Status, VPCID: told.VPCID, SubnetIDs: []string{}, DesktopSecurityGroup: string(told.Group)}
	for _, d := range told.ADDomains {
		w.DomainType = or(w.DomainType, d.DomainType)
	}
	for _, id := range told.SubnetIDs {
		if id != "" {
			w.SubnetIDs = append(w.SubnetIDs, string(id))
		}
	}
	return w, nil
}

// oneOrMany is an object, or a list of them: ad_domains has a plural name and is one.
type oneOrMany[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (o *oneOrMany[T]) UnmarshalJSON(raw []byte) error {
	var many []T
	if json.Unmarshal(raw, &many) == nil {
		*o = many
		return nil
	}
	var one T
	if err := json.Unmarshal(raw, &one); err != nil {
		return err
	}
	*o = []T{one}
	return nil
}

// idOr is an ID, or an object with it.
type idOr string

// UnmarshalJSON implements json.Unmarshaler.
func (i *idOr) UnmarshalJSON(raw []byte) error {
	var id string
	if json.Unmarshal(raw, &id) == nil {
		*i = idOr(id)
		return nil
	}
	var object struct {
		ID       string `json:"id"`
		SubnetID string `json:"subnet_id"`
	}
	if err := json.Unmarshal(raw, &object); err != nil {
		return err
	}
	*i = idOr(or(object.SubnetID, object.ID))
	return nil
}
