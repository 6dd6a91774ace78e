package embedded

import (
	"net/netip"
	"slices"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// Kinds of product by their package type: what a product can be bought as.
const (
	packageHost = "host"
	packageLite = "lite"
)

// onSale finds a product that can be bought in a zone ("" is any).
func (c *catalogue) onSale(id, zone string) (*product, error) {
	p, known := c.product(id)
	if !known {
		return nil, refuse(codeNotOnSale, "The product %s does not exist.", id)
	}
	if p.Status != "normal" {
		return nil, refuse(codeNotOnSale, "The product %s is not on sale: its status is %s.", id, p.Status)
	}
	if zone == "" {
		return p, nil
	}
	z, known := c.zone(zone)
	if !known {
		return nil, refuse(codeNotFound, "The availability zone %s does not exist.", zone)
	}
	if slices.Contains(z.SoldOut, id) {
		return nil, refuse(codeNotOnSale, "The product %s is sold out in %s.", id, zone)
	}
	return p, nil
}

// desktopOnSale finds a product that desktops are made of.
func (c *catalogue) desktopOnSale(id, zone string) (*product, error) {
	p, err := c.onSale(id, zone)
	if err == nil && (p.PackageType == packageHost || p.PackageType == packageLite) {
		return nil, refuse(codeNoFit, "The product %s is not one for desktops.", id)
	}
	return p, err
}

// diskOnSale finds a disk type.
func (c *catalogue) diskOnSale(name string) (*volumeType, error) {
	t, known := c.volumeType(name)
	if !known {
		return nil, refuse(codeNotOnSale, "The disk type %s is not offered in this region.", name)
	}
	if t.Status != "normal" {
		return nil, refuse(codeNotOnSale, "Disks of type %s are sold out.", name)
	}
	return t, nil
}

// mustImage finds an image.
func (c *catalogue) mustImage(id, imageType string) (*image, error) {
	i, known := c.image(id, imageType)
	if !known {
		if imageType == "" {
			return nil, refuse(codeNotFound, "The image %s does not exist.", id)
		}
		return nil, refuse(codeNotFound, "The image %s does not exist as %s.", id, imageType)
	}
	return i, nil
}

// imageFits tells whether an image runs on a product with a system disk of a size.
func (c *catalogue) imageFits(i *image, p *product, disk int) error {
	switch {
	case i.OSType != p.OSType:
		return refuse(codeNoFit, "The image %s is %s, the product %s is for %s.", i.Name, i.OSType, p.ProductID, p.OSType)
	case i.Architecture != p.Architecture:
		return refuse(codeNoFit, "The image %s is made for %s, the product %s is %s.", i.Name, i.Architecture, p.ProductID, p.Architecture)
	case i.MinDisk > disk:
		return refuse(codeNoFit, "The image %s needs a system disk of %d GB, not %d GB.", i.Name, i.MinDisk, disk)
	case i.MinRAM > number(p.Memory):
		return refuse(codeNoFit, "The image %s needs %d MB of memory, the product %s has %s MB.", i.Name, i.MinRAM, p.ProductID, p.Memory)
	}
	return nil
}

// network checks the subnet, its VPC and the security groups that new things get.
func (c *catalogue) network(vpcID string, subnets []string, groups []orders.SecurityGroup) error {
	for _, id := range subnets {
		s, known := c.subnet(id)
		if !known {
			return refuse(codeNotFound, "The subnet %s does not exist.", id)
		}
		if vpcID != "" && s.VPCID != vpcID {
			return refuse(codeNoFit, "The subnet %s is not in the VPC %s.", id, vpcID)
		}
	}
	for _, group := range groups {
		if !slices.ContainsFunc(c.SecurityGroups, func(g cloud.SecurityGroup) bool { return g.ID == group.ID }) {
			return refuse(codeNotFound, "The security group %s does not exist.", group.ID)
		}
	}
	return nil
}

// addresses checks that wanted addresses lie in the subnet.
func (c *catalogue) addresses(subnetID string, ips []string) error {
	s, known := c.subnet(subnetID)
	if !known {
		return nil
	}
	prefix, err := netip.ParsePrefix(s.CIDR)
	if err != nil {
		return err
	}
	for _, ip := range ips {
		if address, err := netip.ParseAddr(ip); err != nil || !prefix.Contains(address) {
			return refuse(codeNoFit, "The address %s is not in the subnet %s (%s).", ip, s.Name, s.CIDR)
		}
	}
	return nil
}

// defaultZone is the zone that is taken when an order names none.
func (c *catalogue) defaultZone() string {
	for _, z := range c.AvailabilityZones {
		if z.Default {
			return z.AvailabilityZone
		}
	}
	return ""
}

// carried is the part of a product that a desktop or pool carries.
func carried(p *product, chargeMode string) cloud.DesktopProduct {
	return cloud.DesktopProduct{ProductID: p.ProductID, CPU: p.CPU, Memory: p.Memory, Descriptions: p.Descriptions, ChargeMode: chargeMode}
}
