package embedded

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"workspace-order-console/internal/cloud"
)

// effect is what an order does once it is completed. It is stored with the order and says everything itself: nothing
// is worked out again, so that what was ordered is what happens, whatever the catalogue says by then.
type effect struct {
	// PeriodType and PeriodNum are how long what is made or converted is paid for, from completion on.
	PeriodType int `json:"period_type,omitempty"`
	PeriodNum  int `json:"period_num,omitempty"`

	Desktops  []desktop        `json:"desktops,omitempty"`
	Pool      *pool            `json:"pool,omitempty"`
	Hosts     []cloud.Host     `json:"hosts,omitempty"`
	Bandwidth *cloud.Bandwidth `json:"bandwidth,omitempty"`
	EIPs      []cloud.EIP      `json:"eips,omitempty"`
	// Users are the accounts that new desktops want and that the directory may not know.
	Users []cloud.User `json:"users,omitempty"`

	Alter []alteration `json:"alter,omitempty"`
}

// alteration changes one thing that is there: a desktop, a pool's template or a user. What is empty stays as it is.
type alteration struct {
	Desktop string `json:"desktop,omitempty"`
	Pool    string `json:"pool,omitempty"`
	User    string `json:"user,omitempty"`
	EIP     string `json:"eip,omitempty"`

	Product    *cloud.DesktopProduct `json:"product,omitempty"`
	Image      *newImage             `json:"image,omitempty"`
	AddVolumes []cloud.Volume        `json:"add_volumes,omitempty"`
	// Volume is the ID of the disk that gets a new Size.
	Volume string `json:"volume,omitempty"`
	Size   int    `json:"size,omitempty"`
	// Sharer is the new collaboration product; "" takes it away.
	Sharer   *string `json:"sharer,omitempty"`
	ToPeriod bool    `json:"to_period,omitempty"`
	Lites    *lites  `json:"lites,omitempty"`
	// Grow is by how many desktops a pool grows.
	Grow int `json:"grow,omitempty"`
	// AttachTo is the desktop that gets the EIP.
	AttachTo string `json:"attach_to,omitempty"`
}

// newImage is what a desktop or pool is made of from now on.
type newImage struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	OSType string `json:"os_type"`
	// KMSID encrypts the system disk; nil keeps it as it is, "" makes it unencrypted.
	KMSID *string `json:"kms_id,omitempty"`
}

// until is the day that something is paid until, bought at a moment.
func (e effect) until(at time.Time) string {
	switch e.PeriodType {
	case periodMonth:
		return wireTime(at.AddDate(0, e.PeriodNum, 0))
	case periodYear:
		return wireTime(at.AddDate(e.PeriodNum, 0, 0))
	}
	return ""
}

// apply brings an effect about, at the moment its order is completed.
func (v *view) apply(orderID string, e effect, at time.Time) error {
	if err := v.make(orderID, e, at); err != nil {
		return err
	}
	for _, a := range e.Alter {
		if err := v.alter(a, e, at); err != nil {
			return err
		}
	}
	return nil
}

// make stores what is new.
func (v *view) make(orderID string, e effect, at time.Time) error {
	for _, u := range e.Users {
		if _, known, err := v.userNamed(u.UserName); err != nil {
			return err
		} else if known {
			continue
		}
		if err := v.put(classUser, u.ID, "", u); err != nil {
			return err
		}
	}
	if p := e.Pool; p != nil {
		p.CreatedTime, p.ExpireTime = wireTime(at), e.until(at)
		if err := v.putPool(*p); err != nil {
			return err
		}
	}
	for _, d := range e.Desktops {
		d.OrderID, d.BillResourceID = orderID, uuid.NewString()
		d.CreatedTime, d.ExpireTime = wireTime(at), e.until(at)
		if err := v.putDesktop(d); err != nil {
			return err
		}
		if err := v.countDesktop(d.UserName); err != nil {
			return err
		}
	}
	for _, h := range e.Hosts {
		h.OrderID = orderID
		if err := v.put(classHost, h.DedicatedHostID, "", h); err != nil {
			return err
		}
	}
	if b := e.Bandwidth; b != nil {
		b.OrderID = orderID
		if err := v.put(classBandwidth, b.BandwidthID, "", b); err != nil {
			return err
		}
	}
	count, err := v.count(classEIP)
	if err != nil {
		return err
	}
	for i, eip := range e.EIPs {
		eip.Address = address(count + i)
		if err := v.put(classEIP, eip.ID, "", eip); err != nil {
			return err
		}
	}
	return nil
}

// address is the n-th public address, out of the blocks that are set aside for documentation.
func address(n int) string {
	blocks := []string{"203.0.113", "198.51.100", "192.0.2"}
	return fmt.Sprintf("%s.%d", blocks[n/200%len(blocks)], 20+n%200)
}

// countDesktop tells a user's account that there is one more desktop.
func (v *view) countDesktop(userName string) error {
	if userName == "" {
		return nil
	}
	u, known, err := v.userNamed(userName)
	if err != nil || !known {
		return err
	}
	u.TotalDesktops++
	return v.put(classUser, u.ID, "", u)
}

// alter changes what is there. As long as an order is open no other one touches its targets, so they are all there
// still; a target that is not is passed over, for an order that was paid must end.
func (v *view) alter(a alteration, e effect, at time.Time) error {
	switch {
	case a.Desktop != "":
		d, known, err := v.desktop(a.Desktop)
		if err != nil || !known {
			return err
		}
		a.toDesktop(&d)
		if a.ToPeriod {
			d.Product.ChargeMode, d.ExpireTime = cloud.ChargeModePeriod, e.until(at)
		}
		return v.putDesktop(d)
	case a.Pool != "":
		p, known, err := v.pool(a.Pool)
		if err != nil || !known {
			return err
		}
		a.toPool(&p)
		return v.putPool(p)
	case a.User != "":
		u, known, err := find[cloud.User](v, classUser, a.User)
		if err != nil || !known {
			return err
		}
		u.ShareSpaceSubscription = true
		return v.put(classUser, u.ID, "", u)
	case a.EIP != "":
		eip, known, err := find[cloud.EIP](v, classEIP, a.EIP)
		if err != nil || !known {
			return err
		}
		eip.DesktopID = a.AttachTo
		return v.put(classEIP, eip.ID, "", eip)
	}
	return nil
}

func (a alteration) toDesktop(d *desktop) {
	if a.Product != nil {
		mode := d.Product.ChargeMode
		d.ProductID, d.Product = a.Product.ProductID, *a.Product
		d.Product.ChargeMode = mode
	}
	if a.Image != nil {
		if d.Metadata == nil {
			d.Metadata = map[string]string{}
		}
		d.Metadata["os_type"], d.Metadata["metering.image_id"] = a.Image.OSType, a.Image.ID
		if a.Image.KMSID != nil {
			d.RootVolume.KMSID = *a.Image.KMSID
		}
	}
	a.toVolumes(&d.RootVolume, &d.DataVolumes)
	if a.Sharer != nil {
		d.ShareResourceSKU = *a.Sharer
	}
	if a.Lites != nil {
		d.Lites = a.Lites
	}
}

func (a alteration) toPool(p *pool) {
	if a.Product != nil {
		mode := p.Product.ChargeMode
		p.Product = *a.Product
		p.Product.ChargeMode = mode
	}
	if a.Image != nil {
		p.ImageID, p.ImageName, p.ImageOSType = a.Image.ID, a.Image.Name, a.Image.OSType
	}
	a.toVolumes(&p.RootVolume, &p.DataVolumes)
	if a.Sharer != nil {
		p.ShareResourceSKU = *a.Sharer
	}
	p.DesktopCount += a.Grow
}

func (a alteration) toVolumes(root *cloud.Volume, data *[]cloud.Volume) {
	*data = append(*data, a.AddVolumes...)
	if a.Volume == "" {
		return
	}
	if root.ID == a.Volume {
		root.Size = a.Size
	}
	for i := range *data {
		if (*data)[i].ID == a.Volume {
			(*data)[i].Size = a.Size
		}
	}
}
