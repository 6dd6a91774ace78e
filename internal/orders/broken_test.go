package orders_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/testkit"
)

// broken is an example with something wrong in it.
type broken struct {
	name string
	// edits are pairs of a path and the value put there; gone takes away what is there. "@" stands for the object that
	// the order's type selects.
	edits []any
	// want are the problems, as "path: sentence".
	want []string
	// jsonOnly tells that no form can express it; a form knows no envelopes, only their inputs.
	jsonOnly bool
}

var gone = struct{}{}

func edits(pairs ...any) []any         { return pairs }
func problems(list ...string) []string { return list }

// brokenBodies are by the name of the example that is broken.
var brokenBodies = map[string][]broken{
	"subscribe/createDesktops/desktops-list": {
		{name: "no package", edits: edits("@.product_id", gone), want: problems("@.product_id: is mandatory")},
		{name: "system disk too small", edits: edits("@.root_volume.size", 70), want: problems("@.root_volume.size: must be a multiple of 10 from 80 to 32760")},
		{name: "system disk too large", edits: edits("@.root_volume.size", 32770), want: problems("@.root_volume.size: must be a multiple of 10 from 80 to 32760")},
		{name: "data disk of odd size", edits: edits("@.data_volumes[0].size", 105), want: problems("@.data_volumes[0].size: must be a multiple of 10 from 10 to 32760")},
		{name: "unknown disk type", edits: edits("@.root_volume.type", "SATA"), want: problems("@.root_volume.type: must be one of SAS, SSD, GPSSD")},
		{name: "users and a number of desktops", edits: edits("@.size", 2, "@.desktop_name", "SALES"), want: problems("@.size: must not be given together: either desktops or size")},
		{name: "neither users nor a number", edits: edits("@.desktops", gone), want: problems("@.desktops: is mandatory: either desktops or size")},
		{name: "a name for desktops of users", edits: edits("@.desktop_name", "SALES"), want: problems("@.desktop_name: is allowed only together with size")},
		{name: "user name with a blank", edits: edits("@.desktops[0].user_name", "zhang san"), want: problems("@.desktops[0].user_name: must be 1 to 32 letters, digits, “-” or “_”, beginning with a letter or digit")},
		{name: "user name too long for any domain", edits: edits("@.desktops[0].user_name", strings.Repeat("a", 33)), want: problems("@.desktops[0].user_name: must be 1 to 32 letters, digits, “-” or “_”, beginning with a letter or digit")},
		{name: "no user name", edits: edits("@.desktops[1].user_name", gone), want: problems("@.desktops[1].user_name: is mandatory")},
		{name: "no mail address", edits: edits("@.desktops[0].user_email", "zhang.san"), want: problems("@.desktops[0].user_email: must be a mail address, such as name@example.com")},
		{name: "unknown group", edits: edits("@.desktops[0].user_group", "root"), want: problems("@.desktops[0].user_group: must be one of sudo, default, administrators, users")},
		{name: "computer name ends with a hyphen", edits: edits("@.desktops[0].computer_name", "PC-"), want: problems("@.desktops[0].computer_name: must be 1 to 15 letters, digits or “-”, beginning with a letter or digit and not ending with “-”")},
		{name: "computer name twice", edits: edits("@.desktops[1].computer_name", "pc-0001"), want: problems("@.desktops[1].computer_name: stands in the list already")},
		{name: "more than 50 users", edits: edits("@.desktops", users(51)), jsonOnly: true, want: problems("@.desktops: must have 1 to 50 entries")},
		{name: "more than 10 data disks", edits: edits("@.data_volumes", repeated(11, map[string]any{"type": "SAS", "size": 10})), want: problems("@.data_volumes: must have 0 to 10 entries")},
		{name: "half an hour package", edits: edits("@.hour_package_product_id", "p-1"), want: problems("@.hour_package_offering_id: is mandatory together with hour_package_product_id")},
		{name: "the other half", edits: edits("@.hour_package_offering_id", "o-1"), want: problems("@.hour_package_product_id: is mandatory together with hour_package_offering_id")},
		{name: "disks to copy without their desktop", edits: edits("@.desktops[0].copy_volume_ids", []any{"v-1"}), want: problems("@.desktops[0].copy_volume_desktop_id: is mandatory together with copy_volume_ids")},
		{name: "a desktop to copy without its disks", edits: edits("@.desktops[0].copy_volume_desktop_id", "d-1"), want: problems("@.desktops[0].copy_volume_ids: is mandatory together with copy_volume_desktop_id")},
		{name: "tag key of the cloud's own", edits: edits("@.tags[0].key", "_sys_x"), want: problems("@.tags[0].key: must be 1 to 128 letters, digits, “-” or “_”, not beginning with “_sys_”")},
		{name: "tag value too long", edits: edits("@.tags[0].value", strings.Repeat("v", 44)), want: problems("@.tags[0].value: must be at most 43 letters, digits, “-” or “_”")},
		{name: "tag twice", edits: edits("@.tags[1]", map[string]any{"key": "dept", "value": "other"}), want: problems("@.tags[1].key: stands in the list already")},
		{name: "image type of rebuilds", edits: edits("@.image_type", "market"), want: problems("@.image_type: must be one of private, gold")},
		{name: "a member that section 6 never sends", edits: edits("@.share_resource_sku", "sku"), want: problems("@.share_resource_sku: is refused: the vendor's own pages disagree about it, so it is never sent")},
		{name: "an address to go to after payment", edits: edits("resources[0].cloud_service_console_url", "https://example.com"), want: problems("resources[0].cloud_service_console_url: is refused: the vendor's own pages disagree about it, so it is never sent")},
		{name: "a member that no type selects", edits: edits("resources[0].attach_desktops", map[string]any{"image_id": "i"}), want: problems("resources[0].attach_desktops: is refused: no type of order uses it")},
		{name: "a member of another type", edits: edits("resources[0].add_volumes", map[string]any{"desktop_id": "d"}), want: problems("resources[0].add_volumes: belongs to another type of order; this one takes create_desktops")},
		{name: "a member that nobody knows", edits: edits("@.colour", "red"), want: problems("@.colour: is not a member that this order knows")},
		{name: "hours", edits: edits("resources[0].period_type", 4), want: problems("resources[0].period_type: must be one of 2, 3")},
		{name: "no period", edits: edits("resources[0].period_type", gone, "resources[0].period_num", gone), want: problems("resources[0].period_type: is mandatory", "resources[0].period_num: is mandatory")},
		{name: "no periods at all", edits: edits("resources[0].period_num", 0), want: problems("resources[0].period_num: must be a whole number of at least 1")},
		{name: "renewal that is neither yes nor no", edits: edits("resources[0].is_auto_renew", 2), want: problems("resources[0].is_auto_renew: must be one of 0, 1")},
		{name: "a period of words", edits: edits("resources[0].period_num", "one"), want: problems("resources[0].period_num: must be a whole number")},
		{name: "a quoted number", edits: edits("resources[0].period_num", "1"), want: problems("resources[0].period_num: must be a whole number"), jsonOnly: true},
		{name: "two resources", edits: edits("resources[1]", map[string]any{"period_type": 2, "period_num": 1}), want: problems("resources: must have exactly one entry", "resources[1].create_desktops: is mandatory"), jsonOnly: true},
		{name: "automatic payment as a boolean", edits: edits("extend_param.is_auto_pay", true), want: problems("extend_param.is_auto_pay: must be a text"), jsonOnly: true},
		{name: "automatic payment in other words", edits: edits("extend_param.is_auto_pay", "yes"), want: problems("extend_param.is_auto_pay: must be one of true, false")},
		{name: "enterprise project with a blank", edits: edits("enterprise_project_id", "my project"), want: problems("enterprise_project_id: must be 1 to 36 letters, digits, “-” or “_”")},
		{name: "mail or not, in other words", edits: edits("@.email_notification", "yes"), want: problems("@.email_notification: must be true or false")},
		{name: "a system disk that is a text", edits: edits("@.root_volume", "80"), want: problems("@.root_volume: must be an object")},
		{name: "an ID that leaves the path", edits: edits("@.product_id", "../x"), want: problems("@.product_id: must be an ID: letters, digits, “.”, “_” and “-”, at most 128, beginning with a letter or digit")},
	},
	"subscribe/createDesktops/size-and-desktop_name": {
		{name: "neither name nor naming policy", edits: edits("@.desktop_name", gone), want: problems("@.desktop_name: is mandatory: either desktop_name or desktop_name_policy_id")},
		{name: "prefix too long for several", edits: edits("@.desktop_name", "ABCDEFGHIJKLMN"), want: problems("@.desktop_name: must be 1 to 13 letters, digits or “-”, beginning with a letter or digit, for several desktops: their numbers follow it")},
		{name: "name too long for one", edits: edits("@.size", 1, "@.desktop_name", "ABCDEFGHIJKLMNOP"), want: problems("@.desktop_name: must be 1 to 15 letters, digits or “-”, beginning with a letter or digit and not ending with “-”")},
		{name: "no desktops at all", edits: edits("@.size", 0), want: problems("@.size: must be a whole number from 1 to 100")},
		{name: "no address", edits: edits("@.desktop_ips[1]", "192.168.10"), want: problems("@.desktop_ips[1]: must be an IP address, such as 192.168.10.11")},
		{name: "address twice", edits: edits("@.desktop_ips[1]", "192.168.10.11"), want: problems("@.desktop_ips[1]: stands in the list already")},
		{name: "a port of the system's", edits: edits("@.apply_shared_vpc_dedicated_param.port", 443), want: problems("@.apply_shared_vpc_dedicated_param.port: must be a whole number from 1025 to 65535")},
		{name: "an existing EIP with a charge mode", edits: edits("@.eip.id", "e-1", "@.eip.type", gone, "@.eip.bandwidth_size", gone), want: problems("@.eip.charge_mode: must not be given together: either id or charge_mode")},
		{name: "an existing EIP with all that a new one has", edits: edits("@.eip.id", "e-1"), want: problems("@.eip.type: must not be given together: either id or type", "@.eip.charge_mode: must not be given together: either id or charge_mode", "@.eip.bandwidth_size: must not be given together: either id or bandwidth_size")},
		{name: "bandwidth out of range", edits: edits("@.eip.bandwidth_size", 2001), want: problems("@.eip.bandwidth_size: must be a whole number from 1 to 2000")},
	},
	"subscribe/addVolumes": {
		{name: "no desktop", edits: edits("@.desktop_id", gone), want: problems("@.desktop_id: is mandatory")},
		{name: "no disks", edits: edits("@.volumes", gone), want: problems("@.volumes: is mandatory")},
		{name: "a disk without a type", edits: edits("@.volumes[0].type", gone), want: problems("@.volumes[0].type: is mandatory")},
		{name: "disk too small", edits: edits("@.volumes[0].size", 0), want: problems("@.volumes[0].size: must be a multiple of 10 from 10 to 32760")},
		{name: "hours", edits: edits("resources[0].period_type", 4), want: problems("resources[0].period_type: must be one of 2, 3, 5, 6")},
		{name: "size in words", edits: edits("@.volumes[1].size", "large"), want: problems("@.volumes[1].size: must be a whole number")},
		{name: "size beyond 32 bits", edits: edits("@.volumes[1].size", 2147483650), want: problems("@.volumes[1].size: must be a multiple of 10 from 10 to 32760")},
	},
	"subscribe/rebuildDesktops": {
		{name: "no desktops", edits: edits("@.desktop_ids", gone), want: problems("@.desktop_ids: is mandatory")},
		{name: "no image type", edits: edits("@.image_type", gone), want: problems("@.image_type: is mandatory")},
		{name: "unknown image type", edits: edits("@.image_type", "public"), want: problems("@.image_type: must be one of private, gold, market")},
		{name: "negative delay", edits: edits("@.delay_time", -1), want: problems("@.delay_time: must be a whole number from 0 to 1440")},
		{name: "desktop twice", edits: edits("@.desktop_ids[1]", "8d049b4e-4f1e-4ed5-b3a9-a7f0f15658a7"), want: problems("@.desktop_ids[1]: stands in the list already")},
		{name: "unknown system", edits: edits("@.os_type", "Plan9"), want: problems("@.os_type: must be one of Windows, Linux")},
		{name: "message too long", edits: edits("@.message", strings.Repeat("m", 1001)), want: problems("@.message: must have 1 to 1000 characters")},
		{name: "encrypted without a key", edits: edits("@.encrypt_type", "ENCRYPTED"), want: problems("@.kms_id: is mandatory together with encrypt_type ENCRYPTED")},
	},
	"subscribe/createDesktopPool/dynamic-autoscale": {
		{name: "no name", edits: edits("@.name", gone), want: problems("@.name: is mandatory")},
		{name: "name with an underscore", edits: edits("@.name", "Design_Pool"), want: problems("@.name: must be 1 to 64 letters, digits or “-”")},
		{name: "unknown type", edits: edits("@.type", "dynamic"), want: problems("@.type: must be one of DYNAMIC, STATIC")},
		{name: "no subnets", edits: edits("@.subnet_ids", gone), want: problems("@.subnet_ids: is mandatory")},
		{name: "a disk type that pools do not have", edits: edits("@.root_volume.type", "GPSSD"), want: problems("@.root_volume.type: must be one of SAS, SSD")},
		{name: "system disk too small", edits: edits("@.root_volume.size", 10), want: problems("@.root_volume.size: must be a multiple of 10 from 80 to 32760")},
		{name: "retention in a static pool", edits: edits("@.type", "STATIC"), want: problems("@.disconnected_retention_period: is allowed only together with type DYNAMIC")},
		{name: "a policy that is not switched on", edits: edits("@.enable_autoscale", false), want: problems("@.enable_autoscale: must be true when autoscale_policy is given: otherwise the pool does not follow it")},
		{name: "too many at once", edits: edits("@.autoscale_policy.once_auto_created", 101), want: problems("@.autoscale_policy.once_auto_created: must be a whole number from 1 to 100")},
		{name: "no idle desktop", edits: edits("@.autoscale_policy.min_idle", 0), want: problems("@.autoscale_policy.min_idle: must be a whole number from 1 to 1000")},
		{name: "authorised without a group", edits: edits("@.authorized_objects[0].user_group", gone), want: problems("@.authorized_objects[0].user_group: is mandatory")},
		{name: "authorised what is no user", edits: edits("@.authorized_objects[0].object_type", "DEVICE"), want: problems("@.authorized_objects[0].object_type: must be one of USER, USER_GROUP")},
		{name: "no size", edits: edits("@.size", gone), want: problems("@.size: is mandatory")},
		{name: "a policy of the SDK's that is a text", edits: edits("@.user_reset_policy", "x"), want: problems("@.user_reset_policy: must be an object")},
	},
	"subscribe/expandDesktopPool": {
		{name: "no pool", edits: edits("@.pool_id", gone), want: problems("@.pool_id: is mandatory")},
		{name: "no amount", edits: edits("@.size", gone), want: problems("@.size: is mandatory")},
		{name: "too many", edits: edits("@.size", 1001), want: problems("@.size: must be a whole number from 1 to 1000")},
		{name: "half a desktop", edits: edits("@.size", 0.5), want: problems("@.size: must be a whole number")},
		{name: "no object at all", edits: edits("@", gone), want: problems("@: is mandatory"), jsonOnly: true},
		{name: "no period", edits: edits("resources[0].period_type", gone), want: problems("resources[0].period_type: is mandatory")},
	},
	"subscribe/applyDesktopsInternet/desktop_ids": {
		{name: "desktops and EIPs on their own", edits: edits("@.count", 2), want: problems("@.count: must not be given together: either desktop_ids or count")},
		{name: "neither", edits: edits("@.desktop_ids", gone), want: problems("@.desktop_ids: is mandatory: either desktop_ids or count")},
		{name: "no type", edits: edits("@.eip_type", gone), want: problems("@.eip_type: is mandatory")},
		{name: "unknown charge mode", edits: edits("@.eip_charge_mode", "FREE"), want: problems("@.eip_charge_mode: must be one of TRAFFIC, BANDWIDTH")},
		{name: "no bandwidth", edits: edits("@.bandwidth_size", 0), want: problems("@.bandwidth_size: must be a whole number from 1 to 2000")},
		{name: "strange type", edits: edits("@.eip_type", "5 bgp"), want: problems("@.eip_type: must be 1 to 64 letters, digits, “-” or “_”, such as 5_bgp")},
		{name: "more than 100 desktops", edits: edits("@.desktop_ids", ids(101)), jsonOnly: true, want: problems("@.desktop_ids: must have 1 to 100 entries")},
	},
	"subscribe/createExclusiveHosts": {
		{name: "no zone", edits: edits("@.availability_zone", gone), want: problems("@.availability_zone: is mandatory")},
		{name: "no hosts", edits: edits("@.quantity", 0), want: problems("@.quantity: must be a whole number from 1 to 100")},
		{name: "no storage disks", edits: edits("@.memory_volumes", gone), want: problems("@.memory_volumes: is mandatory")},
		{name: "disk of odd size", edits: edits("@.image_volumes[0].size", 85), want: problems("@.image_volumes[0].size: must be a multiple of 10 from 10 to 32760")},
		{name: "no network", edits: edits("@.vpc_id", gone, "@.subnet_id", gone), want: problems("@.vpc_id: is mandatory", "@.subnet_id: is mandatory")},
		{name: "laid out for too many", edits: edits("@.resize_exclusive_lites.new_quantity", 301), want: problems("@.resize_exclusive_lites.new_quantity: must be a whole number from 0 to 300")},
		{name: "laid out on the resource", edits: edits("resources[0].resize_exclusive_lites", map[string]any{"product_id": "p"}), want: problems("resources[0].resize_exclusive_lites: is refused: no type of order uses it")},
	},
	"subscribe/subscribeUserSharer": {
		{name: "no product", edits: edits("@.user_sharer_sku", gone), want: problems("@.user_sharer_sku: is mandatory")},
		{name: "nobody", edits: edits("@.users", gone), want: problems("@.users: is mandatory")},
		{name: "a user without a name", edits: edits("@.users[0].user_name", gone), want: problems("@.users[0].user_name: is mandatory")},
		{name: "a user twice", edits: edits("@.users[1].user_id", "4bd1c2f0-7a5e-4c1b-9d3a-6e8f0a1b2c3d"), want: problems("@.users[1].user_id: stands in the list already")},
		{name: "users that are no list", edits: edits("@.users", "zhang-san"), want: problems("@.users: must be a list"), jsonOnly: true},
		{name: "a user ID with a slash", edits: edits("@.users[0].user_id", "a/b"), want: problems("@.users[0].user_id: must be an ID: letters, digits, “.”, “_” and “-”, at most 128, beginning with a letter or digit")},
	},
	"subscribe/ApplySubnetBandwidth": {
		{name: "no subnet", edits: edits("@.subnet_id", gone), want: problems("@.subnet_id: is mandatory")},
		{name: "a mode for pay-per-use only", edits: edits("@.charge_mode", "wks_traffic"), want: problems("@.charge_mode: must be one of wks_bandwidth")},
		{name: "no bandwidth", edits: edits("@.bandwidth_size", gone), want: problems("@.bandwidth_size: is mandatory")},
		{name: "too much", edits: edits("@.bandwidth_size", 5000), want: problems("@.bandwidth_size: must be a whole number from 1 to 2000")},
		{name: "name too long", edits: edits("@.bandwidth_name", strings.Repeat("b", 256)), want: problems("@.bandwidth_name: must have 1 to 255 characters")},
		{name: "period too long for 32 bits", edits: edits("resources[0].period_num", 2147483648), want: problems("resources[0].period_num: must be a whole number from 1 to 2147483647")},
	},
	"change/resizeDesktops": {
		{name: "no package", edits: edits("resize_product_id", gone), want: problems("resize_product_id: is mandatory")},
		{name: "a package with a slash", edits: edits("resize_product_id", "a/b"), want: problems("resize_product_id: must be an ID: letters, digits, “.”, “_” and “-”, at most 128, beginning with a letter or digit")},
		{name: "members of another type", edits: edits("period_type", 2, "expand_new_size", 100), want: problems("period_type: belongs to another type of change; resizeDesktops does not take it", "expand_new_size: belongs to another type of change; resizeDesktops does not take it")},
		{name: "a condition that is no member", edits: edits("is_subscribe", true), want: problems("is_subscribe: is refused: the vendor's own pages disagree about it, so it is never sent")},
		{name: "automatic payment in other words", edits: edits("extend_param.is_auto_pay", "1"), want: problems("extend_param.is_auto_pay: must be one of true, false")},
		{name: "a package that is an object", edits: edits("resize_product_id", map[string]any{"id": "p"}), want: problems("resize_product_id: must be a text")},
	},
	"change/expandVolumes": {
		{name: "no disk", edits: edits("expand_volume_id", gone), want: problems("expand_volume_id: is mandatory")},
		{name: "no size", edits: edits("expand_new_size", gone), want: problems("expand_new_size: is mandatory")},
		{name: "odd size", edits: edits("expand_new_size", 201), want: problems("expand_new_size: must be a multiple of 10 from 10 to 32760")},
		{name: "disk ID too long", edits: edits("expand_volume_id", strings.Repeat("v", 256)), want: problems("expand_volume_id: must be a disk ID: letters, digits, “.”, “_” and “-”, at most 255, beginning with a letter or digit")},
		{name: "a package", edits: edits("resize_product_id", "p"), want: problems("resize_product_id: belongs to another type of change; expandVolumes does not take it")},
		{name: "size in words", edits: edits("expand_new_size", "200 GB"), want: problems("expand_new_size: must be a whole number")},
	},
	"change/meteredToPeriod": {
		{name: "no period", edits: edits("period_type", gone), want: problems("period_type: is mandatory")},
		{name: "no number of periods", edits: edits("period_num", gone), want: problems("period_num: is mandatory")},
		{name: "a fixed time", edits: edits("period_type", 5), want: problems("period_type: must be one of 2, 3")},
		{name: "nothing", edits: edits("period_num", 0), want: problems("period_num: must be a whole number of at least 1")},
		{name: "renewal in words", edits: edits("is_auto_renew", "yes"), want: problems("is_auto_renew: must be a whole number")},
		{name: "a disk", edits: edits("expand_volume_id", "v"), want: problems("expand_volume_id: belongs to another type of change; meteredToPeriod does not take it")},
	},
	"change/resizeExclusiveLites": {
		{name: "no package", edits: edits("exclusive_lites_product_id", gone), want: problems("exclusive_lites_product_id: is mandatory")},
		{name: "no number", edits: edits("new_quantity", gone), want: problems("new_quantity: is mandatory")},
		{name: "too many", edits: edits("new_quantity", 301), want: problems("new_quantity: must be a whole number from 0 to 300")},
		{name: "fewer than none", edits: edits("new_quantity", -1), want: problems("new_quantity: must be a whole number from 0 to 300")},
		{name: "a period", edits: edits("period_num", 1), want: problems("period_num: belongs to another type of change; resizeExclusiveLites does not take it")},
	},
	"batch-desktop/ADD_VOLUME/desktop_ids": slices.Concat(brokenBatch, []broken{
		{name: "no disk type", edits: edits("@.volume_type", gone), want: problems("@.volume_type: is mandatory")},
		{name: "unknown disk type", edits: edits("@.volume_type", "sas"), want: problems("@.volume_type: must be one of SAS, SSD, GPSSD")},
		{name: "disk too large", edits: edits("@.volume_size", 32770), want: problems("@.volume_size: must be a multiple of 10 from 10 to 32760")},
		{name: "no throughput", edits: edits("@.throughput", 0), want: problems("@.throughput: must be a whole number from 1 to 10000")},
	}),
	"batch-desktop/EXTEND_VOLUME/desktop_ids": slices.Concat(brokenBatch, []broken{
		{name: "no disk, though desktops are given", edits: edits("@.desktop_pool_disk_id", gone), want: problems("@.desktop_pool_disk_id: is mandatory")},
		{name: "odd size", edits: edits("@.new_size", 99), want: problems("@.new_size: must be a multiple of 10 from 10 to 32760")},
	}),
	"batch-desktop/RESIZE/desktop_ids": slices.Concat(brokenBatch, []broken{
		{name: "no package", edits: edits("@.product_id", gone), want: problems("@.product_id: is mandatory")},
		{name: "another mode", edits: edits("@.mode", "KEEP_RUNNING"), want: problems("@.mode: must be one of STOP_DESKTOP")},
	}),
	"batch-desktop/CHANGE_IMAGE/desktop_ids": slices.Concat(brokenBatch, []broken{
		{name: "neither image nor code", edits: edits("@.image_id", gone), want: problems("@.image_id: is mandatory: either image_id or image_spec_code")},
		{name: "image and code", edits: edits("@.image_spec_code", "code"), want: problems("@.image_spec_code: must not be given together: either image_id or image_spec_code")},
		{name: "no image type", edits: edits("@.image_type", gone), want: problems("@.image_type: is mandatory together with image_id")},
		{name: "encrypted without a key", edits: edits("@.kms_id", gone), want: problems("@.kms_id: is mandatory together with encrypt_type ENCRYPTED")},
		{name: "a key for nothing", edits: edits("@.encrypt_type", "UNENCRYPTED"), want: problems("@.kms_id: is allowed only together with encrypt_type ENCRYPTED")},
		{name: "unknown encryption", edits: edits("@.encrypt_type", "AES", "@.kms_id", gone), want: problems("@.encrypt_type: must be one of KEEP, UNENCRYPTED, ENCRYPTED")},
	}),
	"batch-desktop/ADD_SUB_RESOURCES/desktop_ids": slices.Concat(brokenBatch, []broken{
		{name: "no product", edits: edits("@.sub_resource_sku", gone), want: problems("@.sub_resource_sku: is mandatory")},
	}),
	"batch-desktop/DELETE_SUB_RESOURCES/desktop_ids": slices.Concat(brokenBatch, []broken{
		{name: "nothing to delete", edits: edits("@.sub_resource_type", gone), want: problems("@.sub_resource_type: is mandatory")},
		{name: "what cannot be deleted", edits: edits("@.sub_resource_type", "DISK"), want: problems("@.sub_resource_type: must be one of DESKTOP_SHARER")},
	}),
	"batch-pool/ADD_VOLUME/desktop_pool_id": slices.Concat(brokenPool, []broken{
		{name: "no size", edits: edits("@.volume_size", gone), want: problems("@.volume_size: is mandatory")},
	}),
	"batch-pool/EXTEND_VOLUME/desktop_pool_id": slices.Concat(brokenPool, []broken{
		{name: "no size", edits: edits("@.new_size", gone), want: problems("@.new_size: is mandatory")},
	}),
	"batch-pool/RESIZE/desktop_pool_id": slices.Concat(brokenPool, []broken{
		{name: "no package", edits: edits("@.product_id", gone), want: problems("@.product_id: is mandatory")},
	}),
	"batch-pool/CHANGE_IMAGE/desktop_pool_id": slices.Concat(brokenPool, []broken{
		{name: "neither image nor code", edits: edits("@.image_id", gone), want: problems("@.image_id: is mandatory: either image_id or image_spec_code")},
	}),
	"batch-pool/ADD_SUB_RESOURCES/desktop_pool_id": slices.Concat(brokenPool, []broken{
		{name: "no product", edits: edits("@.sub_resource_sku", gone), want: problems("@.sub_resource_sku: is mandatory")},
	}),
	"batch-pool/DELETE_SUB_RESOURCES/desktop_pool_id": slices.Concat(brokenPool, []broken{
		{name: "what cannot be deleted", edits: edits("@.sub_resource_type", "desktop_sharer"), want: problems("@.sub_resource_type: must be one of DESKTOP_SHARER")},
	}),
}

// brokenBatch is what can be wrong with every batch of desktops.
var brokenBatch = []broken{
	{name: "for nobody", edits: edits("@.desktop_ids", gone), want: problems("@.desktop_ids: is mandatory: either desktop_ids or desktop_pool_id")},
	{name: "for desktops and a pool", edits: edits("@.desktop_pool_id", "pool-1"), want: problems("@.desktop_pool_id: must not be given together: either desktop_ids or desktop_pool_id")},
	{name: "a pool's handling without a pool", edits: edits("@.handle_type", "ONLY_FOR_EXPAND"), want: problems("@.handle_type: is allowed only together with desktop_pool_id")},
	{name: "unknown handling", edits: edits("@.handle_type", "ALL"), want: problems("@.handle_type: must be one of ONLY_FOR_EXPAND, FOR_EXPAND_AND_IDLE, FOR_EXPAND_AND_ALL")},
	{name: "more than 100 desktops", edits: edits("@.desktop_ids", ids(101)), jsonOnly: true, want: problems("@.desktop_ids: must have 1 to 100 entries")},
	{name: "pool ID too long", edits: edits("@.desktop_ids", gone, "@.desktop_pool_id", strings.Repeat("p", 65)), want: problems("@.desktop_pool_id: must have 1 to 64 characters")},
	{name: "automatic payment", edits: edits("extend_param", map[string]any{"is_auto_pay": "true"}), want: problems("extend_param: is refused: batch orders cannot be paid automatically by the cloud")},
	{name: "an enterprise project", edits: edits("enterprise_project_id", "0"), want: problems("enterprise_project_id: is refused: batch orders take no enterprise project")},
	{name: "a period", edits: edits("period_num", 1), want: problems("period_num: is not a member that this order knows")},
	{name: "promotion plan too long", edits: edits("@.promotion_plan_id", strings.Repeat("p", 256)), want: problems("@.promotion_plan_id: must have 0 to 255 characters")},
}

// brokenPool is what can be wrong with every batch of a pool.
var brokenPool = []broken{
	{name: "for nobody", edits: edits("@.desktop_pool_id", gone), want: problems("@.desktop_pool_id: is mandatory: either desktop_ids or desktop_pool_id")},
	{name: "for desktops and a pool", edits: edits("@.desktop_ids", ids(1)), want: problems("@.desktop_pool_id: must not be given together: either desktop_ids or desktop_pool_id")},
	{name: "a desktop twice", edits: edits("@.desktop_pool_id", gone, "@.desktop_ids", []any{"d-1", "d-1"}), want: problems("@.desktop_ids[1]: stands in the list already")},
	{name: "no parameters", edits: edits("@", gone), want: problems("@: is mandatory"), jsonOnly: true},
	{name: "desktops that are no texts", edits: edits("@.desktop_pool_id", gone, "@.desktop_ids", []any{1}), want: problems("@.desktop_ids[0]: must be a text"), jsonOnly: true},
	{name: "pool ID with a blank", edits: edits("@.desktop_pool_id", "my pool"), want: problems("@.desktop_pool_id: must be an ID: letters, digits, “.”, “_” and “-”, at most 128, beginning with a letter or digit")},
}

func TestBrokenOrdersAreRefusedByBothDoorsWithTheSameWords(t *testing.T) {
	examples := map[string]testkit.Example{}
	for _, example := range testkit.Examples(t) {
		examples[example.Name] = example
	}
	covered := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(brokenBodies)) {
		example := examples[name]
		kind, ok := orders.KindNamed(example.Kind())
		require.True(t, ok, name)
		covered[kind.Name()] += len(brokenBodies[name])
		for _, c := range brokenBodies[name] {
			t.Run(kind.Name()+"/"+c.name, func(t *testing.T) {
				var body map[string]any
				require.NoError(t, json.Unmarshal(example.Body, &body))
				var tree any = body
				for i := 0; i < len(c.edits); i += 2 {
					tree = put(tree, steps(at(kind, c.edits[i].(string))), c.edits[i+1])
				}
				want := make([]string, len(c.want))
				for i, problem := range c.want {
					want[i] = at(kind, problem)
				}
				raw, err := json.Marshal(tree)
				require.NoError(t, err)
				assert.ElementsMatch(t, want, sentences(orders.DecodeJSON(kind.Door, example.DesktopID(), raw).Problems), "JSON")
				if !c.jsonOnly {
					values := url.Values{"desktop_id": {example.DesktopID()}}
					if kind.Door != cloud.DoorChange {
						values = url.Values{}
					}
					flatten(values, "", tree)
					assert.ElementsMatch(t, want, sentences(decodeForm(kind, values).Problems), "form")
				}
			})
		}
	}
	for _, kind := range orders.Kinds {
		assert.GreaterOrEqual(t, covered[kind.Name()], 5, "%s is broken in at least five ways", kind.Name())
	}
}

func TestTheDesktopInThePathIsChecked(t *testing.T) {
	kind, _ := orders.KindNamed("change/resizeDesktops")
	for _, c := range []struct{ name, desktopID, want string }{
		{"a desktop with a slash, which would leave the path", "d/1", "desktop_id: must be an ID: letters, digits, “.”, “_” and “-”, at most 128, beginning with a letter or digit"},
		{"no desktop", "", "desktop_id: is mandatory"},
		{"a parent folder", "..", "desktop_id: must be an ID: letters, digits, “.”, “_” and “-”, at most 128, beginning with a letter or digit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := []byte(`{"type":"resizeDesktops","resize_product_id":"p"}`)
			assert.Equal(t, []string{c.want}, sentences(orders.DecodeJSON(kind.Door, c.desktopID, body).Problems))
			values := url.Values{"desktop_id": {c.desktopID}, "resize_product_id": {"p"}}
			assert.Equal(t, []string{c.want}, sentences(decodeForm(kind, values).Problems))
		})
	}
}

func TestTheTypeSelectsTheKind(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"no type", `{}`, "type: is mandatory: one of resizeDesktops, expandVolumes, meteredToPeriod, resizeExclusiveLites"},
		{"a type in other letters", `{"type":"ResizeDesktops"}`, "type: must be one of resizeDesktops, expandVolumes, meteredToPeriod, resizeExclusiveLites"},
		{"a type of another door", `{"type":"RESIZE"}`, "type: must be one of resizeDesktops, expandVolumes, meteredToPeriod, resizeExclusiveLites"},
		{"a type that is no text", `{"type":7}`, "type: must be one of resizeDesktops, expandVolumes, meteredToPeriod, resizeExclusiveLites"},
		{"no object", `[]`, "$: must be an object"},
		{"nothing", ``, "$: the body is empty: it must be one JSON object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, []string{c.want}, sentences(orders.DecodeJSON(cloud.DoorChange, "d", []byte(c.body)).Problems))
		})
	}
	kind, _ := orders.KindNamed("batch-pool/RESIZE")
	decoded := decodeForm(kind, url.Values{"type": {"ADD_VOLUME"}, "resize_param.desktop_pool_id": {"p"}, "resize_param.product_id": {"q"}})
	assert.Equal(t, []string{"type: must be RESIZE"}, sentences(decoded.Problems), "a form that was made for another type")
}

// at puts the selected object's path in the place of "@".
func at(kind orders.Kind, text string) string {
	inputs := field.Describe(kind.New())
	for _, in := range inputs {
		switch {
		case in.Name == "resources":
			return selected.ReplaceAllString(text, in.Item[0].Path)
		case strings.HasSuffix(in.Name, "_param") && in.Required:
			return selected.ReplaceAllString(text, in.Name)
		}
	}
	return text
}

// sentences are problems as a script reads them.
func sentences(problems field.Problems) []string {
	printer := i18n.For("en")
	var out []string
	for _, problem := range problems {
		out = append(out, problem.Path+": "+printer.Say(problem.Key, problem.Args))
	}
	return out
}

var selected = regexp.MustCompile(`^@`)

var stepsPattern = regexp.MustCompile(`[^.\[\]]+`)

func steps(path string) []string { return stepsPattern.FindAllString(path, -1) }

// put changes a value in a tree of JSON values and returns the tree.
func put(tree any, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	if index, err := strconv.Atoi(path[0]); err == nil {
		list, _ := tree.([]any)
		list = slices.Clone(list)
		for len(list) <= index {
			list = append(list, nil)
		}
		list[index] = put(list[index], path[1:], value)
		return list
	}
	object, _ := tree.(map[string]any)
	object = maps.Clone(object)
	if object == nil {
		object = map[string]any{}
	}
	if len(path) == 1 && value == gone {
		delete(object, path[0])
	} else {
		object[path[0]] = put(object[path[0]], path[1:], value)
	}
	return object
}

// flatten posts a body as a form does.
func flatten(values url.Values, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, child := range value {
			flatten(values, strings.TrimPrefix(path+"."+name, "."), child)
		}
	case []any:
		for i, child := range value {
			flatten(values, fmt.Sprintf("%s[%d]", path, i), child)
		}
	case float64:
		values.Set(path, strconv.FormatFloat(value, 'f', -1, 64))
	default:
		values.Set(path, fmt.Sprint(value))
	}
}

// decodeForm reads a form as it is checked: without what is empty in it, and with the change door's path parameter among
// its values.
func decodeForm(kind orders.Kind, values url.Values) orders.Decoded {
	desktopID := ""
	if kind.Door == cloud.DoorChange {
		values = maps.Clone(values)
		desktopID = values.Get("desktop_id")
		values.Del("desktop_id")
	}
	tree, problems := field.FromForm(values)
	decoded := orders.Decode(kind, field.Pruned(tree), desktopID)
	decoded.Problems = problems.Merge(decoded.Problems)
	return decoded
}

func users(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = map[string]any{"user_name": fmt.Sprintf("user-%d", i)}
	}
	return list
}

func ids(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = fmt.Sprintf("d-%d", i)
	}
	return list
}

func repeated(n int, value any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = value
	}
	return list
}

func TestTheExamplesThroughFormsAreTheSameBodies(t *testing.T) {
	for _, example := range testkit.Examples(t) {
		t.Run(example.Name, func(t *testing.T) {
			kind, _ := orders.KindNamed(example.Kind())
			var tree any
			require.NoError(t, json.Unmarshal(example.Body, &tree))
			values := url.Values{}
			flatten(values, "", tree)
			values.Del("type") // chosen with the form
			if id := example.DesktopID(); id != "" {
				values.Set("desktop_id", id)
			}
			decoded := decodeForm(kind, values)
			require.Empty(t, decoded.Problems)
			want, err := audit.Canonical(example.Body)
			require.NoError(t, err)
			got, err := audit.Canonical(decoded.Payload)
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got))
			assert.Equal(t, example.DesktopID(), orders.DesktopID(decoded.Payload))
		})
	}
}

// TestAnEmptyFormNamesEveryMandatoryInput holds that what is missing is told at inputs that are shown, and not at the
// envelopes around them, of which people see nothing.
func TestAnEmptyFormNamesEveryMandatoryInput(t *testing.T) {
	t.Parallel()
	for _, kind := range orders.Kinds {
		var missing []string
		for _, problem := range decodeForm(kind, url.Values{}).Problems {
			assert.NotContains(t, []string{"resources", "resources[0]"}, problem.Path, kind.Name())
			assert.NotRegexp(t, `_param$`, problem.Path, kind.Name())
			missing = append(missing, problem.Path)
		}
		assert.NotEmpty(t, missing, kind.Name())
		if kind.Door == cloud.DoorSubscribe {
			assert.True(t, slices.ContainsFunc(missing, func(path string) bool { return strings.Count(path, ".") >= 2 }), "%s: %v", kind.Name(), missing)
		}
	}
}
