package orders

import (
	"encoding/json"
	"fmt"
	"regexp"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// CreateDesktopPool buys a pool of desktops (docs/wire.md section 2.11).
type CreateDesktopPool struct {
	memberDefaults

	Name                        string             `json:"name"`
	Type                        string             `json:"type"`
	Size                        *int               `json:"size"`
	Description                 string             `json:"description,omitzero"`
	AvailabilityZone            string             `json:"availability_zone,omitzero"`
	ProductID                   string             `json:"product_id"`
	FlavorID                    string             `json:"flavor_id,omitzero"`
	ImageType                   string             `json:"image_type"`
	ImageID                     string             `json:"image_id"`
	RootVolume                  *VolumeInfo        `json:"root_volume"`
	DataVolumes                 []VolumeInfo       `json:"data_volumes,omitzero"`
	VPCID                       string             `json:"vpc_id,omitzero"`
	SubnetIDs                   []string           `json:"subnet_ids"`
	SecurityGroups              []SecurityGroup    `json:"security_groups,omitzero"`
	AuthorizedObjects           []AuthorizedObject `json:"authorized_objects,omitzero"`
	OUName                      string             `json:"ou_name,omitzero"`
	Tags                        []Tag              `json:"tags,omitzero"`
	EnterpriseProjectID         string             `json:"enterprise_project_id,omitzero"`
	DisconnectedRetentionPeriod *int               `json:"disconnected_retention_period,omitzero"`
	EnableAutoscale             *bool              `json:"enable_autoscale,omitzero"`
	AutoscalePolicy             *AutoscalePolicy   `json:"autoscale_policy,omitzero"`
	DesktopNamePolicyID         string             `json:"desktop_name_policy_id,omitzero"`
	UserResetPolicy             json.RawMessage    `json:"user_reset_policy,omitzero"`
	Domain                      string             `json:"domain,omitzero"`
}

// AuthorizedObject is a user or a group who may use the pool.
type AuthorizedObject struct {
	ObjectType string `json:"object_type"`
	ObjectID   string `json:"object_id"`
	ObjectName string `json:"object_name"`
	UserGroup  string `json:"user_group"`
	CreatedAt  string `json:"created_at,omitzero"`
	Domain     string `json:"domain,omitzero"`
}

// AutoscalePolicy is how a pool grows by itself.
type AutoscalePolicy struct {
	AutoscaleType         string `json:"autoscale_type,omitzero"`
	MaxAutoCreated        *int   `json:"max_auto_created,omitzero"`
	MinIdle               *int   `json:"min_idle,omitzero"`
	OnceAutoCreated       *int   `json:"once_auto_created,omitzero"`
	MinRetention          *int   `json:"min_retention,omitzero"`
	IdleRetentionDuration *int   `json:"idle_retention_duration,omitzero"`
	AutoIsolationEnable   *bool  `json:"auto_isolation_enable,omitzero"`
	AutoIsolationMaxNum   *int   `json:"auto_isolation_max_num,omitzero"`
}

var (
	poolNamePattern = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	createdPattern  = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$`)
)

// Fields implements field.Fielder. The page bounds neither size nor the retention: the former takes the range of
// expandDesktopPool's twin, the latter ends with a month.
func (p *CreateDesktopPool) Fields(s *field.Set) {
	s.Text(&p.Name, "name", field.Required(), field.Match(poolNamePattern, "problem.pool_name"), field.In("what"))
	s.Text(&p.Type, "type", field.Required(), field.OneOf("DYNAMIC", "STATIC"))
	s.Int(&p.Size, "size", field.Required(), field.Range(1, 1000))
	s.Text(&p.Description, "description", field.Length(1, 255))
	s.Text(&p.ProductID, "product_id", field.Required(), idRule(), field.Pick(field.PickProduct))
	s.Text(&p.ImageType, "image_type", field.Required(), field.OneOf("private", "gold"))
	s.Text(&p.ImageID, "image_id", field.Required(), idRule(), field.Pick(field.PickImage))
	field.ObjectFrom(s, &p.RootVolume, "root_volume", poolSystemDisk, field.Required())
	field.List(s, &p.DataVolumes, "data_volumes", field.Items(0, mostRows))

	field.List(s, &p.AuthorizedObjects, "authorized_objects", field.Items(0, mostRows), field.In("who"))

	s.Texts(&p.SubnetIDs, "subnet_ids", field.Required(), idRule(), field.Items(1, mostRows), field.Distinct(),
		field.Pick(field.PickSubnet), field.In("network"))
	s.Text(&p.VPCID, "vpc_id", idRule(), field.Pick(field.PickVPC))
	field.List(s, &p.SecurityGroups, "security_groups", field.Items(0, mostRows))
	s.Text(&p.AvailabilityZone, "availability_zone", idRule(), field.Pick(field.PickAZ))
	s.Text(&p.FlavorID, "flavor_id", idRule(), field.Folded())

	field.List(s, &p.Tags, "tags", field.Items(0, mostRows), field.In("more"))
	s.Text(&p.DesktopNamePolicyID, "desktop_name_policy_id", idRule(), field.Length(1, 36), field.Pick(field.PickNamePolicy), field.Folded())
	s.Text(&p.OUName, "ou_name", field.Length(1, 255), field.Folded())
	s.Int(&p.DisconnectedRetentionPeriod, "disconnected_retention_period", field.Range(0, 43200), field.Folded())
	s.Bool(&p.EnableAutoscale, "enable_autoscale", field.Folded())
	field.Object(s, &p.AutoscalePolicy, "autoscale_policy", field.Folded())
	enterpriseProject(s, &p.EnterpriseProjectID, field.Default("0"))

	s.Raw(&p.UserResetPolicy, "user_reset_policy", field.SDKOnly())
	s.Text(&p.Domain, "domain", field.SDKOnly(), field.Length(1, 255))
}

// Fields implements field.Fielder. created_at is on the page, but means something in answers only: it is accepted, and
// no form asks for it.
func (o *AuthorizedObject) Fields(s *field.Set) {
	s.Text(&o.ObjectType, "object_type", field.Required(), field.OneOf("USER", "USER_GROUP"))
	s.Text(&o.ObjectID, "object_id", field.Required(), idRule(), field.Pick(field.PickObject))
	s.Text(&o.ObjectName, "object_name", field.Required(), field.Length(1, 255))
	s.Text(&o.UserGroup, "user_group", field.Required(), userGroups())
	s.Text(&o.CreatedAt, "created_at", field.SDKOnly(), field.Match(createdPattern, "problem.time"))
	s.Text(&o.Domain, "domain", field.SDKOnly(), field.Length(1, 255))
}

// Fields implements field.Fielder.
func (p *AutoscalePolicy) Fields(s *field.Set) {
	s.Text(&p.AutoscaleType, "autoscale_type", field.OneOf("ACCESS_CREATED", "AUTO_CREATED"))
	s.Int(&p.MaxAutoCreated, "max_auto_created", field.Range(1, 1000))
	s.Int(&p.MinIdle, "min_idle", field.Range(1, 1000))
	s.Int(&p.OnceAutoCreated, "once_auto_created", field.Range(1, 100))
	s.Int(&p.MinRetention, "min_retention", field.SDKOnly(), field.AtLeast(0))
	s.Int(&p.IdleRetentionDuration, "idle_retention_duration", field.SDKOnly(), field.AtLeast(0))
	s.Bool(&p.AutoIsolationEnable, "auto_isolation_enable", field.SDKOnly())
	s.Int(&p.AutoIsolationMaxNum, "auto_isolation_max_num", field.SDKOnly(), field.AtLeast(0))
}

func (p *CreateDesktopPool) wire() string { return "create_desktop_pool" }

func (p *CreateDesktopPool) check() field.Problems {
	var problems field.Problems
	if p.DisconnectedRetentionPeriod != nil && p.Type == "STATIC" {
		problems.Add("disconnected_retention_period", "problem.only_with", "other", "type DYNAMIC")
	}
	// A policy that is not switched on would be bought as one that does nothing.
	if p.AutoscalePolicy != nil && (p.EnableAutoscale == nil || !*p.EnableAutoscale) {
		problems.Add("enable_autoscale", "problem.switched_off", "other", "autoscale_policy")
	}
	return append(problems, checkTags(p.Tags)...)
}

func (p *CreateDesktopPool) checkFacts(facts *Facts) field.Problems {
	var problems field.Problems
	if p.FlavorID == "" && facts.Zones[p.AvailabilityZone].Edge {
		problems.Add("flavor_id", "problem.edge_zone", "zone", p.AvailabilityZone)
	}
	os := facts.imageOS(p.ImageID, p.ImageType)
	for i, object := range p.AuthorizedObjects {
		problems = append(problems, userGroupFits(fmt.Sprintf("authorized_objects[%d].user_group", i), object.UserGroup, os)...)
	}
	problems = append(problems, facts.onSale("product_id", p.ProductID, p.AvailabilityZone)...)
	problems = append(problems, facts.imageFits(p.ImageID, p.ImageType, p.ProductID, p.RootVolume.disk().Size)...)
	problems = append(problems, facts.diskOnSale("root_volume.type", p.RootVolume.disk().Type)...)
	for i := range p.DataVolumes {
		problems = append(problems, facts.diskOnSale(fmt.Sprintf("data_volumes[%d].type", i), p.DataVolumes[i].Type)...)
	}
	return problems
}

func (p *CreateDesktopPool) changes(facts *Facts) []Change {
	return append([]Change{{What: field.Say("change.new_pool"), After: p.Name}},
		facts.newDesktops(num(p.Size), p.ProductID, p.ImageID, p.RootVolume.disk(), disks(p.DataVolumes))...)
}

func (p *CreateDesktopPool) products(facts *Facts) ([]cloud.ProductInfo, bool) {
	return facts.desktopProducts(p.ProductID, p.AvailabilityZone, num(p.Size),
		append([]cloud.Volume{p.RootVolume.disk()}, disks(p.DataVolumes)...))
}

func (p *CreateDesktopPool) create() (product string, quantity int) { return p.ProductID, num(p.Size) }
func (p *CreateDesktopPool) setTag(key, value string)               { p.Tags = withTag(p.Tags, key, value) }

func (p *CreateDesktopPool) summary(facts *Facts) field.Message {
	return field.Say("summary.createDesktopPool", "n", num(p.Size), "pool", p.Name, "product", facts.productName(p.ProductID))
}
