package cloud

// Charge modes as the wire writes them (docs/wire.md section 9).
const (
	ChargeModePeriod  = "0" // yearly/monthly
	ChargeModeMetered = "1" // pay-per-use
)

// Desktop types of the inventory.
const (
	DesktopDedicated = "DEDICATED"
	DesktopShared    = "SHARED"
	DesktopPooled    = "POOLED"
)

// Desktop is one desktop of ListDesktopsDetail.
type Desktop struct {
	DesktopID    string `json:"desktop_id"`
	ComputerName string `json:"computer_name"`
	// Status is ACTIVE, SHUTOFF, ERROR or HIBERNATED.
	Status              string            `json:"status"`
	TaskStatus          string            `json:"task_status,omitempty"`
	DesktopType         string            `json:"desktop_type"`
	UserName            string            `json:"user_name,omitempty"`
	UserGroup           string            `json:"user_group,omitempty"`
	ProductID           string            `json:"product_id"`
	Product             DesktopProduct    `json:"product"`
	RootVolume          Volume            `json:"root_volume"`
	DataVolumes         []Volume          `json:"data_volumes"`
	PoolID              string            `json:"pool_id,omitempty"`
	OrderID             string            `json:"order_id,omitempty"`
	BillResourceID      string            `json:"bill_resource_id,omitempty"`
	IsFreeze            bool              `json:"is_freeze"`
	ShareResourceSKU    string            `json:"share_resource_sku,omitempty"`
	AvailabilityZone    string            `json:"availability_zone,omitempty"`
	SubnetID            string            `json:"subnet_id,omitempty"`
	IPAddresses         []string          `json:"ip_addresses,omitempty"`
	EnterpriseProjectID string            `json:"enterprise_project_id,omitempty"`
	Metadata            map[string]string `json:"metadata,omitempty"`
	Tags                []Tag             `json:"tags,omitempty"`
	// CreatedTime and ExpireTime are UTC texts as the cloud writes them ("2026-11-22T10:00:00Z"); ExpireTime is the
	// billing service's and empty for pay-per-use desktops.
	CreatedTime string `json:"created,omitempty"`
	ExpireTime  string `json:"expire_time,omitempty"`
}

// Pooled tells that the desktop belongs to a pool.
func (d Desktop) Pooled() bool { return d.DesktopType == DesktopPooled || d.PoolID != "" }

// ChargeMode is how the desktop is charged, as far as it can be told: what has an expiry is yearly/monthly, whatever its
// product's mode is.
func (d Desktop) ChargeMode() string {
	if d.ExpireTime != "" {
		return ChargeModePeriod
	}
	return d.Product.ChargeMode
}

// OSType is "Windows" or "Linux", or empty when the cloud did not tell.
func (d Desktop) OSType() string { return d.Metadata["os_type"] }

// ImageID is the ID of the image the desktop was made from, or empty.
func (d Desktop) ImageID() string { return d.Metadata["metering.image_id"] }

// DesktopProduct is the part of a product that a desktop or pool carries.
type DesktopProduct struct {
	ProductID    string `json:"product_id"`
	CPU          string `json:"cpu"`
	Memory       string `json:"memory"`
	Descriptions string `json:"descriptions,omitempty"`
	ChargeMode   string `json:"charge_mode"`
}

// Volume is a disk (the wire's VolumeDetail).
type Volume struct {
	ID                string `json:"id,omitempty"`
	VolumeID          string `json:"volume_id,omitempty"`
	DisplayName       string `json:"display_name,omitempty"`
	Type              string `json:"type"`
	Size              int    `json:"size"`
	Device            string `json:"device,omitempty"`
	DesktopPoolDiskID string `json:"desktop_pool_disk_id,omitempty"`
	BillResourceID    string `json:"bill_resource_id,omitempty"`
	KMSID             string `json:"kms_id,omitempty"`
}

// Tag is a key and a value.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value,omitempty"`
}

// Pool is one pool of ListDesktopPools.
type Pool struct {
	ID                  string         `json:"id"`
	Name                string         `json:"name"`
	Type                string         `json:"type"` // DYNAMIC, STATIC
	ChargingMode        string         `json:"charging_mode"`
	DesktopCount        int            `json:"desktop_count"`
	DesktopUsed         int            `json:"desktop_used"`
	Status              string         `json:"status"` // STEADY, TEMPORARY, EXIST_FROZEN, UNKNOWN
	Description         string         `json:"description,omitempty"`
	Product             DesktopProduct `json:"product"`
	ImageID             string         `json:"image_id"`
	ImageName           string         `json:"image_name,omitempty"`
	ImageOSType         string         `json:"image_os_type,omitempty"`
	RootVolume          Volume         `json:"root_volume"`
	DataVolumes         []Volume       `json:"data_volumes"`
	SubnetIDs           []string       `json:"subnet_ids"`
	AvailabilityZone    string         `json:"availability_zone,omitempty"`
	EnterpriseProjectID string         `json:"enterprise_project_id,omitempty"`
	ShareResourceSKU    string         `json:"share_resource_sku,omitempty"`
	Tags                []Tag          `json:"tags,omitempty"`
	CreatedTime         string         `json:"created_time,omitempty"`
	ExpireTime          string         `json:"expire_time,omitempty"`
}

// Product is a package of ListProducts.
type Product struct {
	ProductID        string            `json:"product_id"`
	CPU              string            `json:"cpu"`
	Memory           string            `json:"memory"` // MB
	IsGPU            bool              `json:"is_gpu"`
	GPUDesc          string            `json:"gpu_desc,omitempty"`
	Architecture     string            `json:"architecture,omitempty"`
	OSType           string            `json:"os_type,omitempty"`
	PackageType      string            `json:"package_type,omitempty"`
	SystemDiskType   string            `json:"system_disk_type,omitempty"`
	SystemDiskSize   string            `json:"system_disk_size,omitempty"`
	ChargeMode       string            `json:"charge_mode"`
	Status           string            `json:"status"` // normal, sellout, abandon
	Descriptions     string            `json:"descriptions,omitempty"`
	Name             map[string]string `json:"name,omitempty"` // by language
	ResourceType     string            `json:"resource_type"`
	CloudServiceType string            `json:"cloud_service_type"`
}

// SharerProduct is a collaboration product of ListSharerProducts; its ProductID is the SKU of orders (by inference,
// docs/wire.md section 9).
type SharerProduct struct {
	ProductID        string            `json:"product_id"`
	ShareSpaceSize   int               `json:"share_space_size"`
	PackageType      string            `json:"package_type"` // user_sharer, desktop_sharer
	ChargeMode       string            `json:"charge_mode"`
	Name             map[string]string `json:"name,omitempty"`
	ResourceType     string            `json:"resource_type"`
	CloudServiceType string            `json:"cloud_service_type"`
}

// VolumeType is a disk type the region offers (ListVolumeProductInfo).
type VolumeType struct {
	VolumeType       string `json:"volume_type"`
	ResourceSpecCode string `json:"resource_spec_code"`
	Status           string `json:"status"` // normal, sellout
	ResourceType     string `json:"resource_type"`
	CloudServiceType string `json:"cloud_service_type"`
}

// Image is an image of ListImages.
type Image struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	ImageType   string `json:"image_type"` // gold, private
	OSType      string `json:"os_type"`
	OSVersion   string `json:"os_version,omitempty"`
	MinDisk     int    `json:"min_disk"` // GB
	MinRAM      int    `json:"min_ram"`  // MB
	ProductCode string `json:"product_code,omitempty"`
}

// AvailabilityZone is one AZ of ListAvailabilityZones.
type AvailabilityZone struct {
	AvailabilityZone string            `json:"availability_zone"`
	DisplayName      map[string]string `json:"display_name,omitempty"`
	SoldOut          []string          `json:"sold_out,omitempty"` // product IDs
	Default          bool              `json:"default_availability_zone"`
	// Edge AZs want a flavor_id for pools.
	Edge bool `json:"edge,omitempty"`
}

// Subnet is one subnet of ListSubnets.
type Subnet struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	VPCID   string `json:"vpc_id"`
	CIDR    string `json:"cidr"`
	Checked bool   `json:"checked"`
}

// SecurityGroup is one of ListSecurityGroups.
type SecurityGroup struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// User is a desktop user of ListUsers.
type User struct {
	ID            string `json:"id"`
	UserName      string `json:"user_name"`
	UserEmail     string `json:"user_email,omitempty"`
	Disabled      bool   `json:"disabled"`
	TotalDesktops int    `json:"total_desktops"`
	// ShareSpaceSubscription tells that the user has collaboration resources.
	ShareSpaceSubscription bool `json:"share_space_subscription"`
}

// UserGroup is one of ListUserGroups.
type UserGroup struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	UserQuantity int    `json:"user_quantity"`
}

// NamePolicy is a desktop naming policy of ListDesktopNamePolicy.
type NamePolicy struct {
	PolicyID        string `json:"policy_id"`
	PolicyName      string `json:"policy_name"`
	NamePrefix      string `json:"name_prefix"`
	DigitNumber     int    `json:"digit_number"`
	StartNumber     int    `json:"start_number"`
	IsDefaultPolicy bool   `json:"is_default_policy"`
}

// Bandwidth is a Workspace bandwidth of ListSubnetBandwidths.
type Bandwidth struct {
	BandwidthID   string `json:"bandwidth_id"`
	BandwidthName string `json:"bandwidth_name"`
	ChargeMode    string `json:"charge_mode"`
	Size          int    `json:"size"` // Mbit/s
	SubnetID      string `json:"subnet_id"`
	OrderID       string `json:"order_id,omitempty"`
	Status        string `json:"status"`

	EnterpriseProjectID string `json:"enterprise_project_id,omitempty"`
}

// EIP is an elastic IP of ListDesktopsEips.
type EIP struct {
	ID            string `json:"id"`
	Address       string `json:"address"`
	Type          string `json:"type"`
	ChargeMode    string `json:"bandwidth_charge_mode"`
	BandwidthSize int    `json:"bandwidth_size"`
	DesktopID     string `json:"attached_desktop_id,omitempty"`
}

// Host is an exclusive host of ListHostsDetail.
type Host struct {
	DedicatedHostID  string `json:"dedicated_host_id"`
	Name             string `json:"name"`
	ProductID        string `json:"product_id"`
	AvailabilityZone string `json:"availability_zone"`
	OrderID          string `json:"order_id,omitempty"`
	State            string `json:"state"` // available, fault, released
	InstanceTotal    int    `json:"instance_total"`

	EnterpriseProjectID string `json:"enterprise_project_id,omitempty"`
}

// Quota is one of ShowQuotas.
type Quota struct {
	Type  string `json:"type"`
	Quota int    `json:"quota"`
	Used  int    `json:"used"`
	Unit  string `json:"unit,omitempty"`
}

// Domain types, which rule user names (docs/wire.md section 2.7).
const (
	DomainLite  = "LITE_AD"
	DomainLocal = "LOCAL_AD"
)

// Workspace is the tenant (ListWorkspaces).
type Workspace struct {
	Status string `json:"status"` // SUBSCRIBED when the service is on
	// DomainType is the type of its first AD domain: LITE_AD or LOCAL_AD; empty when unknown.
	DomainType           string   `json:"domain_type"`
	VPCID                string   `json:"vpc_id"`
	SubnetIDs            []string `json:"subnet_ids"`
	DesktopSecurityGroup string   `json:"desktop_security_group,omitempty"`
}
