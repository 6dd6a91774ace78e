package orders_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/testkit"
)

func TestEveryExampleIsReadWithoutProblemsAndWrittenAsItWas(t *testing.T) {
	for _, example := range testkit.Examples(t) {
		t.Run(example.Name, func(t *testing.T) {
			kind, ok := orders.KindNamed(example.Kind())
			require.True(t, ok)
			decoded := orders.DecodeJSON(kind.Door, example.DesktopID(), example.Body)
			require.Empty(t, decoded.Problems)
			assert.Equal(t, kind.Name(), decoded.Kind.Name())
			assert.Equal(t, example.DesktopID(), orders.DesktopID(decoded.Payload))

			want, err := audit.Canonical(example.Body)
			require.NoError(t, err)
			got, err := audit.Canonical(decoded.Payload)
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got))
		})
	}
}

func TestThereAreTwentyFiveKinds(t *testing.T) {
	assert.Len(t, orders.Kinds, 25)
	names := map[string]bool{}
	byDoor := map[cloud.Door]int{}
	undocumented := []string{}
	for _, kind := range orders.Kinds {
		assert.False(t, names[kind.Name()], "%s is there twice", kind.Name())
		names[kind.Name()] = true
		byDoor[kind.Door]++
		assert.NotZero(t, kind.Effect, kind.Name())
		assert.Contains(t, orders.Groups, kind.Group, kind.Name())
		found, ok := orders.KindNamed(kind.Name())
		assert.True(t, ok)
		assert.Equal(t, kind.Type, found.Type)
		if kind.Undocumented {
			undocumented = append(undocumented, kind.Name())
		}
	}
	assert.Equal(t, map[cloud.Door]int{cloud.DoorSubscribe: 9, cloud.DoorChange: 4, cloud.DoorBatchDesktop: 6, cloud.DoorBatchPool: 6}, byDoor)
	assert.Equal(t, []string{"change/resizeExclusiveLites"}, undocumented)
	_, ok := orders.KindNamed("subscribe/RESIZE")
	assert.False(t, ok, "a type of another door")
	rebuild, _ := orders.KindNamed("subscribe/rebuildDesktops")
	assert.True(t, rebuild.Effect.Has(orders.Destroys|orders.Refunds))
	assert.False(t, rebuild.Effect.Has(orders.Destroys|orders.Buys))
}

func TestTheExamplesCoverEveryKind(t *testing.T) {
	covered := map[string]bool{}
	for _, example := range testkit.Examples(t) {
		covered[example.Kind()] = true
	}
	for _, kind := range orders.Kinds {
		assert.True(t, covered[kind.Name()], kind.Name())
	}
}

// The fields of docs/wire.md sections 2 to 4, typed again here. "name{…}" is an object or a list of objects.
const (
	wireVolume     = "{type size iops throughput kms_id}"
	wireVolumeInfo = "{id type size resource_spec_code iops throughput kms_id}"
	wireTags       = "tags{key value} "
	wireSubscribe  = "type enterprise_project_id agency_urn extend_param{is_auto_pay} resources{period_type period_num is_auto_renew "
	wireChange     = "desktop_id type enterprise_project_id extend_param{is_auto_pay} "
	wireBatch      = "type agency_urn "
	wireShared     = "desktop_pool_id desktop_ids promotion_plan_id handle_type "
)

var wireFields = map[string]string{
	"subscribe/createDesktops": wireSubscribe + "create_desktops{desktop_type availability_zone product_id image_type image_id root_volume" + wireVolume +
		" data_volumes" + wireVolume + " nics{subnet_id} security_groups{id} " +
		"desktops{user_name user_email user_phone user_group computer_name os_host_name desktop_name_prefix domain copy_volume_desktop_id copy_volume_ids if_delete_old_desktop} " +
		"size desktop_name desktop_ips email_notification enterprise_project_id " + wireTags +
		"apply_shared_vpc_dedicated_param{address port availability_zone} eip{id type charge_mode bandwidth_size} desktop_name_policy_id " +
		"hour_package_product_id hour_package_offering_id buy_type ou_name if_mount_old_desktop_disk domain}}",
	"subscribe/addVolumes": wireSubscribe + "add_volumes{desktop_id volumes" + wireVolume + "}}",
	"subscribe/rebuildDesktops": wireSubscribe + "rebuild_desktops{desktop_ids image_type image_id os_type delay_time message order_id " +
		"enterprise_project_id encrypt_type kms_id handle_type}}",
	"subscribe/createDesktopPool": wireSubscribe + "create_desktop_pool{name type size description availability_zone product_id flavor_id " +
		"image_type image_id root_volume" + wireVolumeInfo + " data_volumes" + wireVolumeInfo + " vpc_id subnet_ids security_groups{id} " +
		"authorized_objects{object_type object_id object_name user_group created_at domain} ou_name " + wireTags +
		"enterprise_project_id disconnected_retention_period enable_autoscale " +
		"autoscale_policy{autoscale_type max_auto_created min_idle once_auto_created min_retention idle_retention_duration auto_isolation_enable auto_isolation_max_num} " +
		"desktop_name_policy_id user_reset_policy domain}}",
	"subscribe/expandDesktopPool":     wireSubscribe + "expand_desktop_pool{pool_id size}}",
	"subscribe/applyDesktopsInternet": wireSubscribe + "apply_desktops_internet{desktop_ids eip_type eip_charge_mode bandwidth_size count}}",
	"subscribe/createExclusiveHosts": wireSubscribe + "create_exclusive_hosts{availability_zone name apply_desktop_quantity quantity product_id " +
		"image_volumes" + wireVolume + " memory_volumes" + wireVolume + " vpc_id subnet_id enterprise_project_id " +
		"resize_exclusive_lites{product_id new_quantity enterprise_project_id}}}",
	"subscribe/subscribeUserSharer":  wireSubscribe + "subscribe_user_sharer{user_sharer_sku users{user_id user_name}}}",
	"subscribe/ApplySubnetBandwidth": wireSubscribe + "apply_subnet_bandwidth{subnet_id charge_mode bandwidth_size bandwidth_name enterprise_project_id}}",

	"change/resizeDesktops":       wireChange + "resize_product_id",
	"change/expandVolumes":        wireChange + "expand_volume_id expand_new_size",
	"change/meteredToPeriod":      wireChange + "period_type period_num is_auto_renew",
	"change/resizeExclusiveLites": wireChange + "new_quantity exclusive_lites_product_id",

	"ADD_VOLUME":           wireBatch + "add_volume_param{" + wireShared + "volume_type volume_size desktop_pool_disk_id iops throughput kms_id}",
	"EXTEND_VOLUME":        wireBatch + "extend_volume_param{" + wireShared + "desktop_pool_disk_id new_size}",
	"RESIZE":               wireBatch + "resize_param{" + wireShared + "product_id mode}",
	"CHANGE_IMAGE":         wireBatch + "change_image_param{" + wireShared + "image_id image_spec_code image_type delay_time message encrypt_type kms_id}",
	"ADD_SUB_RESOURCES":    wireBatch + "add_sub_resources_param{" + wireShared + "sub_resource_sku}",
	"DELETE_SUB_RESOURCES": wireBatch + "delete_sub_resources_param{" + wireShared + "sub_resource_type}",
}

func wireOf(kind orders.Kind) string {
	if wire, ok := wireFields[kind.Name()]; ok {
		return wire
	}
	return wireFields[kind.Type]
}

func TestEveryFieldOfTheWireIsDeclared(t *testing.T) {
	for _, kind := range orders.Kinds {
		t.Run(kind.Name(), func(t *testing.T) {
			assert.ElementsMatch(t, pathsOf(wireOf(kind)), declared(field.Describe(kind.New())))
		})
	}
}

var wireToken = regexp.MustCompile(`[a-z_]+|[{}]`)

// pathsOf are the paths, without indices, of fields as they are typed above.
func pathsOf(wire string) []string {
	var paths, stack []string
	last := ""
	for _, token := range wireToken.FindAllString(wire, -1) {
		switch token {
		case "{":
			stack = append(stack, last)
		case "}":
			stack = stack[:len(stack)-1]
		default:
			last = token
			paths = append(paths, strings.Join(append(slices.Clone(stack), token), "."))
		}
	}
	return paths
}

var index = regexp.MustCompile(`\[\d+\]`)

// declared are the paths, without indices, of inputs and all below them.
func declared(inputs []field.Input) []string {
	var paths []string
	for _, in := range inputs {
		paths = append(paths, index.ReplaceAllString(in.Path, ""))
		paths = append(paths, declared(in.Children)...)
		paths = append(paths, declared(in.Item)...)
	}
	return paths
}

func TestABodyWithEveryFieldIsWrittenAsItWas(t *testing.T) {
	for _, kind := range orders.Kinds {
		t.Run(kind.Name(), func(t *testing.T) {
			body := filled(field.Describe(kind.New()))
			raw, err := json.Marshal(body)
			require.NoError(t, err)
			decoded := orders.DecodeJSON(kind.Door, "d", raw)
			for _, problem := range decoded.Problems {
				assert.NotEqual(t, "problem.unknown", problem.Key, problem.Path)
			}
			want, err := audit.Canonical(body)
			require.NoError(t, err)
			got, err := audit.Canonical(decoded.Payload)
			require.NoError(t, err)
			assert.JSONEq(t, string(want), string(got), "a struct's JSON names are the names declared")
		})
	}
}

// filled is a body in which every declared input has some value of its type.
func filled(inputs []field.Input) map[string]any {
	body := map[string]any{}
	for _, in := range inputs {
		switch {
		case in.Param:
		case in.Kind == field.Bool:
			body[in.Name] = true
		case in.Kind == field.Int:
			body[in.Name] = 7
		case in.Kind == field.Text && len(in.Choices) > 0:
			body[in.Name] = in.Choices[0]
		case in.Kind == field.Text:
			body[in.Name] = "x"
		case in.Kind == field.TextList:
			body[in.Name] = []string{"x"}
		case in.Kind == field.Group:
			body[in.Name] = filled(in.Children)
		case in.Kind == field.GroupList:
			body[in.Name] = []any{filled(in.Item)}
		}
	}
	return body
}

func TestNothingIsUnbounded(t *testing.T) {
	for _, kind := range orders.Kinds {
		walk(field.Describe(kind.New()), func(in field.Input) {
			name := kind.Name() + ": " + in.Path
			switch in.Kind {
			case field.Text:
				assert.True(t, in.Pattern != nil || in.MaxLen > 0 || len(in.Choices) > 0 || in.Name == "desktop_name", name)
			case field.TextList:
				assert.True(t, in.Pattern != nil || in.MaxLen > 0, name)
				assert.NotZero(t, in.MaxItems, name)
			case field.GroupList:
				assert.NotZero(t, in.MaxItems, name)
			case field.Int:
				assert.True(t, in.Min != nil || len(in.Choices) > 0, name)
			}
		})
	}
}

func walk(inputs []field.Input, do func(field.Input)) {
	for _, in := range inputs {
		do(in)
		walk(in.Children, do)
		walk(in.Item, do)
	}
}

func TestFormsDoNotShowWhatOnlyTheSDKKnows(t *testing.T) {
	hidden := map[string]string{
		"subscribe/addVolumes":     "resources.add_volumes.volumes.iops resources.add_volumes.volumes.throughput resources.add_volumes.volumes.kms_id agency_urn",
		"batch-pool/ADD_VOLUME":    "agency_urn add_volume_param.desktop_pool_disk_id add_volume_param.iops add_volume_param.throughput add_volume_param.kms_id add_volume_param.handle_type",
		"batch-pool/CHANGE_IMAGE":  "agency_urn change_image_param.image_type change_image_param.encrypt_type change_image_param.kms_id change_image_param.handle_type",
		"batch-pool/RESIZE":        "agency_urn resize_param.handle_type",
		"batch-desktop/ADD_VOLUME": "",
		"change/expandVolumes":     "",
	}
	for _, name := range slices.Sorted(maps.Keys(hidden)) {
		kind, _ := orders.KindNamed(name)
		got := []string{}
		walk(field.Describe(kind.New()), func(in field.Input) {
			if in.SDKOnly {
				got = append(got, index.ReplaceAllString(in.Path, ""))
			}
		})
		assert.ElementsMatch(t, strings.Fields(hidden[name]), got, name)
	}
}
