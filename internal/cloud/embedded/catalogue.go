package embedded

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
)

// price is what one unit of a thing costs on the list: a desktop, a GB, a Mbit/s.
type price struct {
	Month decimal.Decimal `json:"month"`
	Year  decimal.Decimal `json:"year"`
}

type product struct {
	cloud.Product
	price
}

type sharerProduct struct {
	cloud.SharerProduct
	price
}

type volumeType struct {
	cloud.VolumeType
	price
}

type image struct {
	cloud.Image
	Architecture string `json:"architecture"`
	price
}

// rate is the price of something that no list of the catalogue tells: addresses and bandwidth.
type rate struct {
	Spec string `json:"spec"`
	Name string `json:"name"`
	price
}

// catalogue is all that can be bought and named in an order, and what comes with the tenant. It does not change.
type catalogue struct {
	Workspace         cloud.Workspace          `json:"workspace"`
	Products          []product                `json:"products"`
	SharerProducts    []sharerProduct          `json:"sharer_products"`
	VolumeTypes       []volumeType             `json:"volume_types"`
	Images            []image                  `json:"images"`
	AvailabilityZones []cloud.AvailabilityZone `json:"availability_zones"`
	Subnets           []cloud.Subnet           `json:"subnets"`
	SecurityGroups    []cloud.SecurityGroup    `json:"security_groups"`
	UserGroups        []cloud.UserGroup        `json:"user_groups"`
	NamePolicies      []cloud.NamePolicy       `json:"name_policies"`
	Rates             []rate                   `json:"rates"`

	currency string
	specs    map[string]spec
}

// spec is what a product code stands for, whichever list it is in.
type spec struct {
	code, name string
	price
}

// readCatalogue reads what the file holds.
func (v *view) readCatalogue() (*catalogue, error) {
	c := &catalogue{}
	rows, err := v.tx.QueryContext(v.ctx, `SELECT class, doc FROM catalogue`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	whole := map[string]json.RawMessage{}
	for rows.Next() {
		var class, doc string
		if err := rows.Scan(&class, &doc); err != nil {
			return nil, err
		}
		whole[class] = json.RawMessage(doc)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	doc, err := json.Marshal(whole)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(doc, c); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	c.index()
	return c, v.tx.QueryRowContext(v.ctx, `SELECT currency FROM account`).Scan(&c.currency)
}

// index gathers every code that has a price. Disks are known by their specification code, market images by the code
// under which the market sells them.
func (c *catalogue) index() {
	c.specs = map[string]spec{}
	add := func(code, name string, p price) { c.specs[code] = spec{code, name, p} }
	for _, p := range c.Products {
		add(p.ProductID, p.Descriptions, p.price)
	}
	for _, p := range c.SharerProducts {
		add(p.ProductID, p.Name["en_US"], p.price)
	}
	for _, t := range c.VolumeTypes {
		add(t.ResourceSpecCode, t.VolumeType.VolumeType+" disk, per GB", t.price)
	}
	for _, i := range c.Images {
		if i.ProductCode != "" {
			add(i.ProductCode, i.Name, i.price)
		}
	}
	for _, r := range c.Rates {
		add(r.Spec, r.Name, r.price)
	}
}

// by finds the item of a list that has a key.
func by[T any](list []T, key func(*T) string, value string) (*T, bool) {
	for i := range list {
		if key(&list[i]) == value {
			return &list[i], true
		}
	}
	return nil, false
}

func (c *catalogue) product(id string) (*product, bool) {
	return by(c.Products, func(p *product) string { return p.ProductID }, id)
}

func (c *catalogue) sharer(sku string) (*sharerProduct, bool) {
	return by(c.SharerProducts, func(p *sharerProduct) string { return p.ProductID }, sku)
}

func (c *catalogue) volumeType(name string) (*volumeType, bool) {
	return by(c.VolumeTypes, func(t *volumeType) string { return t.VolumeType.VolumeType }, name)
}

func (c *catalogue) zone(name string) (*cloud.AvailabilityZone, bool) {
	return by(c.AvailabilityZones, func(z *cloud.AvailabilityZone) string { return z.AvailabilityZone }, name)
}

func (c *catalogue) subnet(id string) (*cloud.Subnet, bool) {
	return by(c.Subnets, func(s *cloud.Subnet) string { return s.ID }, id)
}

// image finds an image by ID and type. One ID may be there under several types; without a type the first one counts.
func (c *catalogue) image(id, imageType string) (*image, bool) {
	for i := range c.Images {
		if c.Images[i].ID == id && (imageType == "" || c.Images[i].ImageType == imageType) {
			return &c.Images[i], true
		}
	}
	return nil, false
}

// imageOfCode finds the image that the market sells under a code.
func (c *catalogue) imageOfCode(code string) (*image, bool) {
	return by(c.Images, func(i *image) string { return i.ProductCode }, code)
}
