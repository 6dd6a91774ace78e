package orders

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// CreateDesktops buys desktops (docs/wire.md section 2.6, CreateDesktopReq): either for the users listed in desktops, or
// size desktops without a user.
type CreateDesktops struct {
	memberDefaults

	DesktopType                  string          `json:"desktop_type"`
	AvailabilityZone             string          `json:"availability_zone,omitzero"`
	ProductID                    string          `json:"product_id"`
	ImageType                    string          `json:"image_type"`
	ImageID                      string          `json:"image_id"`
	RootVolume                   *Volume         `json:"root_volume"`
	DataVolumes                  []Volume        `json:"data_volumes,omitzero"`
	Nics                         []Nic           `json:"nics,omitzero"`
	SecurityGroups               []SecurityGroup `json:"security_groups,omitzero"`
	Desktops                     []Desktop       `json:"desktops,omitzero"`
	Size                         *int            `json:"size,omitzero"`
	DesktopName                  string          `json:"desktop_name,omitzero"`
	DesktopIPs                   []string        `json:"desktop_ips,omitzero"`
	EmailNotification            *bool           `json:"email_notification,omitzero"`
	EnterpriseProjectID          string          `json:"enterprise_project_id,omitzero"`
	Tags                         []Tag           `json:"tags,omitzero"`
	ApplySharedVPCDedicatedParam *SharedVPC      `json:"apply_shared_vpc_dedicated_param,omitzero"`
	EIP                          *EIP            `json:"eip,omitzero"`
	DesktopNamePolicyID          string          `json:"desktop_name_policy_id,omitzero"`
	HourPackageProductID         string          `json:"hour_package_product_id,omitzero"`
	HourPackageOfferingID        string          `json:"hour_package_offering_id,omitzero"`
	BuyType                      string          `json:"buy_type,omitzero"`
	OUName                       string          `json:"ou_name,omitzero"`
	IfMountOldDesktopDisk        *bool           `json:"if_mount_old_desktop_disk,omitzero"`
	Domain                       string          `json:"domain,omitzero"`
}

// Desktop is one desktop to be made for a user (docs/wire.md section 2.7).
type Desktop struct {
	UserName            string   `json:"user_name"`
	UserEmail           string   `json:"user_email,omitzero"`
	UserPhone           string   `json:"user_phone,omitzero"`
	UserGroup           string   `json:"user_group,omitzero"`
	ComputerName        string   `json:"computer_name,omitzero"`
	OSHostName          string   `json:"os_host_name,omitzero"`
	DesktopNamePrefix   string   `json:"desktop_name_prefix,omitzero"`
	Domain              string   `json:"domain,omitzero"`
	CopyVolumeDesktopID string   `json:"copy_volume_desktop_id,omitzero"`
	CopyVolumeIDs       []string `json:"copy_volume_ids,omitzero"`
	IfDeleteOldDesktop  *bool    `json:"if_delete_old_desktop,omitzero"`
}

// Nic is the wire's Nic (docs/wire.md section 2.8).
type Nic struct {
	SubnetID string `json:"subnet_id"`
}

// SecurityGroup is the wire's SecurityGroup (docs/wire.md section 2.8).
type SecurityGroup struct {
	ID string `json:"id"`
}

// SharedVPC is the wire's ApplySharedVpcDedicatedParam (docs/wire.md section 2.8).
type SharedVPC struct {
	Address          string   `json:"address,omitzero"`
	Port             *int     `json:"port,omitzero"`
	AvailabilityZone []string `json:"availability_zone,omitzero"`
}

// EIP is the wire's Eip (docs/wire.md section 2.8): an existing one by its ID, or a new one.
type EIP struct {
	ID            string `json:"id,omitzero"`
	Type          string `json:"type,omitzero"`
	ChargeMode    string `json:"charge_mode,omitzero"`
	BandwidthSize *int   `json:"bandwidth_size,omitzero"`
}

var (
	// computerNamePattern is the value of docs/wire.md section 6, which also a desktop_name has to meet: it becomes
	// the computer's name.
	computerNamePattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,13}[A-Za-z0-9])?$`)
	namePrefixPattern   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,12}$`)
	emailPattern        = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s.]+$`)
)

// mostDesktops is how many desktops without a user one order takes: as many as the vendor's widest page lets it have
// with users, for it states no number here.
const mostDesktops = 100

// Fields implements field.Fielder.
func (p *CreateDesktops) Fields(s *field.Set) {
	s.Text(&p.ProductID, "product_id", field.Required(), idRule(), field.Pick(field.PickProduct), field.In("what"))
	s.Text(&p.ImageType, "image_type", field.Required(), field.OneOf("private", "gold"))
	s.Text(&p.ImageID, "image_id", field.Required(), idRule(), field.Pick(field.PickImage))
	s.Text(&p.DesktopType, "desktop_type", field.Required(), field.OneOf("DEDICATED", "SHARED"))
	field.ObjectFrom(s, &p.RootVolume, "root_volume", systemDisk, field.Required())
	field.List(s, &p.DataVolumes, "data_volumes", field.Items(0, 10))

	field.List(s, &p.Desktops, "desktops", field.Items(1, 50), field.Split(mostUsers), field.In("who"))
	s.Int(&p.Size, "size", field.Range(1, mostDesktops))
	s.Text(&p.DesktopName, "desktop_name")
	s.Text(&p.DesktopNamePolicyID, "desktop_name_policy_id", idRule(), field.Length(1, 36), field.Pick(field.PickNamePolicy))
	s.Bool(&p.EmailNotification, "email_notification", field.Default("true"))

	s.Text(&p.AvailabilityZone, "availability_zone", idRule(), field.Pick(field.PickAZ), field.In("network"))
	field.List(s, &p.Nics, "nics", field.Items(0, mostRows))
	field.List(s, &p.SecurityGroups, "security_groups", field.Items(0, mostRows))
	s.Texts(&p.DesktopIPs, "desktop_ips", field.Items(0, 100), field.Length(2, 45), field.Distinct(), field.Folded())
	field.Object(s, &p.EIP, "eip", field.Folded())
	field.Object(s, &p.ApplySharedVPCDedicatedParam, "apply_shared_vpc_dedicated_param", field.Folded())

	field.List(s, &p.Tags, "tags", field.Items(0, mostRows), field.In("more"))
	s.Text(&p.HourPackageProductID, "hour_package_product_id", idRule(), field.Folded())
	s.Text(&p.HourPackageOfferingID, "hour_package_offering_id", idRule(), field.Folded())
	enterpriseProject(s, &p.EnterpriseProjectID, field.Default("0"))

	s.Text(&p.BuyType, "buy_type", field.SDKOnly(), field.OneOf("speed", "custom"), field.Default("custom"))
	s.Text(&p.OUName, "ou_name", field.SDKOnly(), field.Length(1, 255))
	s.Bool(&p.IfMountOldDesktopDisk, "if_mount_old_desktop_disk", field.SDKOnly())
	s.Text(&p.Domain, "domain", field.SDKOnly(), field.Length(1, 255))
	s.Refuse("share_resource_sku", "problem.never_send")
}

// Fields implements field.Fielder.
func (d *Desktop) Fields(s *field.Set) {
	s.Text(&d.UserName, "user_name", field.Required(), userNameRule(), field.Pick(field.PickUser))
	s.Text(&d.UserEmail, "user_email", field.Match(emailPattern, "problem.email"), field.Length(3, 254))
	s.Text(&d.UserGroup, "user_group", userGroups())
	s.Text(&d.ComputerName, "computer_name", field.Match(computerNamePattern, "problem.computer_name"))
	s.Text(&d.UserPhone, "user_phone", field.Length(1, 64), field.Folded())
	s.Text(&d.OSHostName, "os_host_name", field.Length(1, 255), field.Folded())
	s.Text(&d.DesktopNamePrefix, "desktop_name_prefix", field.Length(1, 15), field.Folded())
	s.Text(&d.Domain, "domain", field.SDKOnly(), field.Length(1, 255))
	s.Text(&d.CopyVolumeDesktopID, "copy_volume_desktop_id", field.SDKOnly(), idRule())
	s.Texts(&d.CopyVolumeIDs, "copy_volume_ids", field.SDKOnly(), idRule(), field.Items(0, mostRows), field.Distinct())
	s.Bool(&d.IfDeleteOldDesktop, "if_delete_old_desktop", field.SDKOnly())
}

// Fields implements field.Fielder.
func (n *Nic) Fields(s *field.Set) {
	s.Text(&n.SubnetID, "subnet_id", field.Required(), idRule(), field.Pick(field.PickSubnet))
}

// Fields implements field.Fielder.
func (g *SecurityGroup) Fields(s *field.Set) {
	s.Text(&g.ID, "id", field.Required(), idRule(), field.Pick(field.PickSecurityGroup))
}

// Fields implements field.Fielder.
func (p *SharedVPC) Fields(s *field.Set) {
	s.Text(&p.Address, "address", field.Length(1, 255))
	s.Int(&p.Port, "port", field.Range(1025, 65535))
	s.Texts(&p.AvailabilityZone, "availability_zone", idRule(), field.Items(0, 10), field.Distinct(), field.Pick(field.PickAZ))
}

// Fields implements field.Fielder. For the bandwidth, which has no range here, that of applyDesktopsInternet holds.
func (e *EIP) Fields(s *field.Set) {
	s.Text(&e.ID, "id", idRule(), field.Pick(field.PickEIP))
	s.Text(&e.Type, "type", field.OneOf("5_bgp", "5_sbgp"))
	s.Text(&e.ChargeMode, "charge_mode", chargeModes())
	s.Int(&e.BandwidthSize, "bandwidth_size", field.Range(1, 2000))
}

func (p *CreateDesktops) wire() string { return "create_desktops" }

func (p *CreateDesktops) check() field.Problems {
	var problems field.Problems
	switch {
	case len(p.Desktops) == 0 && p.Size == nil:
		problems.Add("desktops", "problem.one_of", "a", "desktops", "b", "size")
	case len(p.Desktops) > 0 && p.Size != nil:
		problems.Add("size", "problem.not_both", "a", "desktops", "b", "size")
	}
	problems = append(problems, p.checkName()...)
	names := map[string]bool{}
	for i, desktop := range p.Desktops {
		at := fmt.Sprintf("desktops[%d]", i)
		// Windows and DNS tell no capitals from small letters.
		if name := strings.ToLower(desktop.ComputerName); name != "" {
			if names[name] {
				problems.Add(at+".computer_name", "problem.repeated")
			}
			names[name] = true
		}
		switch {
		case desktop.CopyVolumeDesktopID != "" && len(desktop.CopyVolumeIDs) == 0:
			problems.Add(at+".copy_volume_ids", "problem.needed_with", "other", "copy_volume_desktop_id")
		case desktop.CopyVolumeDesktopID == "" && len(desktop.CopyVolumeIDs) > 0:
			problems.Add(at+".copy_volume_desktop_id", "problem.needed_with", "other", "copy_volume_ids")
		}
	}
	for i, ip := range p.DesktopIPs {
		if _, err := netip.ParseAddr(ip); err != nil {
			problems.Add(fmt.Sprintf("desktop_ips[%d]", i), "problem.ip")
		}
	}
	switch {
	case p.HourPackageProductID != "" && p.HourPackageOfferingID == "":
		problems.Add("hour_package_offering_id", "problem.needed_with", "other", "hour_package_product_id")
	case p.HourPackageProductID == "" && p.HourPackageOfferingID != "":
		problems.Add("hour_package_product_id", "problem.needed_with", "other", "hour_package_offering_id")
	}
	if p.EIP != nil {
		problems = append(problems, p.EIP.check().At("eip")...)
	}
	return append(problems, checkTags(p.Tags)...)
}

// checkName holds the rules of desktop_name: it goes with size, alone as the name, for several as their prefix; a
// naming policy can stand in its place.
func (p *CreateDesktops) checkName() field.Problems {
	var problems field.Problems
	switch {
	case p.Size == nil && p.DesktopName != "":
		problems.Add("desktop_name", "problem.only_with", "other", "size")
	case p.Size == nil:
	case p.DesktopName == "" && p.DesktopNamePolicyID == "":
		problems.Add("desktop_name", "problem.one_of", "a", "desktop_name", "b", "desktop_name_policy_id")
	case p.DesktopName == "":
	case *p.Size > 1 && !namePrefixPattern.MatchString(p.DesktopName):
		problems.Add("desktop_name", "problem.name_prefix")
	case *p.Size <= 1 && !computerNamePattern.MatchString(p.DesktopName):
		problems.Add("desktop_name", "problem.computer_name")
	}
	return problems
}

// check refuses what an existing EIP would make the cloud ignore.
func (e *EIP) check() field.Problems {
	var problems field.Problems
	if e.ID == "" {
		return nil
	}
	if e.Type != "" {
		problems.Add("type", "problem.not_both", "a", "id", "b", "type")
	}
	if e.ChargeMode != "" {
		problems.Add("charge_mode", "problem.not_both", "a", "id", "b", "charge_mode")
	}
	if e.BandwidthSize != nil {
		problems.Add("bandwidth_size", "problem.not_both", "a", "id", "b", "bandwidth_size")
	}
	return problems
}

func (p *CreateDesktops) checkFacts(facts *Facts) field.Problems {
	var problems field.Problems
	os := facts.imageOS(p.ImageID, p.ImageType)
	for i, desktop := range p.Desktops {
		at := fmt.Sprintf("desktops[%d]", i)
		problems = append(problems, facts.userName(at+".user_name", desktop.UserName, os)...)
		problems = append(problems, userGroupFits(at+".user_group", desktop.UserGroup, os)...)
	}
	problems = append(problems, facts.onSale("product_id", p.ProductID, p.AvailabilityZone)...)
	problems = append(problems, facts.imageFits(p.ImageID, p.ImageType, p.ProductID, p.RootVolume.disk().Size)...)
	problems = append(problems, facts.diskOnSale("root_volume.type", p.RootVolume.disk().Type)...)
	for i := range p.DataVolumes {
		problems = append(problems, facts.diskOnSale(fmt.Sprintf("data_volumes[%d].type", i), p.DataVolumes[i].Type)...)
	}
	return problems
}

// quantity is how many desktops are made.
func (p *CreateDesktops) quantity() int {
	if p.Size != nil {
		return *p.Size
	}
	return len(p.Desktops)
}

func (p *CreateDesktops) changes(facts *Facts) []Change {
	return facts.newDesktops(p.quantity(), p.ProductID, p.ImageID, p.RootVolume.disk(), disks(p.DataVolumes))
}

func (p *CreateDesktops) products(facts *Facts) ([]cloud.ProductInfo, bool) {
	products, ok := facts.desktopProducts(p.ProductID, p.AvailabilityZone, p.quantity(),
		append([]cloud.Volume{p.RootVolume.disk()}, disks(p.DataVolumes)...))
	if !ok {
		return nil, false
	}
	if e := p.EIP; e != nil && e.ID == "" && e.ChargeMode == "BANDWIDTH" && e.BandwidthSize != nil {
		products = append(products, eipProduct(e.Type, *e.BandwidthSize, p.quantity()))
	}
	return products, true
}

func (p *CreateDesktops) create() (product string, quantity int) { return p.ProductID, p.quantity() }
func (p *CreateDesktops) setTag(key, value string)               { p.Tags = withTag(p.Tags, key, value) }

func (p *CreateDesktops) summary(facts *Facts) field.Message {
	return field.Say("summary.createDesktops", "n", p.quantity(), "product", facts.productName(p.ProductID))
}

// newDesktops tells what will be there after n desktops were bought.
func (f *Facts) newDesktops(n int, productID, imageID string, root cloud.Volume, data []cloud.Volume) []Change {
	changes := []Change{
		{What: field.Say("change.new_desktops"), After: strconv.Itoa(n)},
		{What: field.Say("change.product"), After: f.productName(productID)},
		{What: field.Say("change.image"), After: f.imageName(imageID)},
		{What: field.Say("change.system_disk"), After: diskText(root)},
	}
	if len(data) > 0 {
		changes = append(changes, Change{What: field.Say("change.data_disks"), After: diskText(data...)})
	}
	return changes
}
