package seed

import (
	"encoding/json"
	"fmt"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// object is a JSON object.
type object = map[string]any

// request is what somebody asks for.
type request struct {
	door      cloud.Door
	desktopID string // at the change door
	body      object
	// entries is how many cloud orders it becomes.
	entries int
}

// template makes requests of one kind; weight is how often compared with others.
type template struct {
	kind   string
	weight int
	make   func(p *past) request
}

// templates has one for each kind.
var templates = []template{
	{"subscribe/createDesktops", 20, func(p *past) request {
		var users []object
		for range 1 + p.rng.IntN(5) {
			name := fmt.Sprintf("%s%d", one(p, givenNames), 100+p.rng.IntN(900))
			users = append(users, object{"user_name": name, "user_email": name + "@example.com", "user_group": "sudo"})
		}
		return p.buy("createDesktops", "create_desktops", object{"desktop_type": "DEDICATED", "product_id": one(p, packages),
			"image_type": "private", "image_id": image, "root_volume": object{"type": "SAS", "size": 80 + 10*p.rng.IntN(8)},
			"nics": []object{{"subnet_id": subnet}}, "desktops": users, "email_notification": false})
	}},
	{"subscribe/addVolumes", 10, func(p *past) request {
		return p.buy("addVolumes", "add_volumes", object{"desktop_id": p.ordinaries(1)[0],
			"volumes": []object{{"type": one(p, []string{"SAS", "SSD", "GPSSD"}), "size": 50 + 10*p.rng.IntN(40)}}})
	}},
	{"subscribe/rebuildDesktops", 3, func(p *past) request {
		return p.buy("rebuildDesktops", "rebuild_desktops", object{"desktop_ids": p.ordinaries(1 + p.rng.IntN(4)), "image_type": "private",
			"image_id": image, "os_type": "Linux", "delay_time": 5, "message": "The system disk will be rebuilt in five minutes."})
	}},
	{"subscribe/createDesktopPool", 2, func(p *past) request {
		return p.buy("createDesktopPool", "create_desktop_pool", object{"name": fmt.Sprintf("Pool-%04d", p.rng.IntN(10_000)), "type": "STATIC",
			"size": 2 + p.rng.IntN(20), "product_id": one(p, packages), "image_type": "gold", "image_id": image,
			"root_volume": object{"type": "SSD", "size": 80}, "subnet_ids": []string{subnet}})
	}},
	{"subscribe/expandDesktopPool", 6, func(p *past) request {
		return p.buy("expandDesktopPool", "expand_desktop_pool", object{"pool_id": one(p, p.pools).ID, "size": 1 + p.rng.IntN(15)})
	}},
	{"subscribe/applyDesktopsInternet", 3, func(p *past) request {
		return p.buy("applyDesktopsInternet", "apply_desktops_internet", object{"desktop_ids": p.ordinaries(1 + p.rng.IntN(3)), "eip_type": "5_bgp",
			"eip_charge_mode": "BANDWIDTH", "bandwidth_size": 5 * (1 + p.rng.IntN(4))})
	}},
	{"subscribe/createExclusiveHosts", 1, func(p *past) request {
		return p.buy("createExclusiveHosts", "create_exclusive_hosts", object{"availability_zone": zone, "name": fmt.Sprintf("host-%c", 'a'+rune(p.rng.IntN(26))),
			"apply_desktop_quantity": 4, "quantity": 1, "product_id": "workspacehost.k.large4", "image_volumes": []object{{"type": "SAS", "size": 80}},
			"memory_volumes": []object{{"type": "SSD", "size": 500}}, "vpc_id": vpc, "subnet_id": subnet,
			"resize_exclusive_lites": object{"product_id": "workspacehost.lite.large4", "new_quantity": 8}})
	}},
	{"subscribe/subscribeUserSharer", 2, func(p *past) request {
		return p.buy("subscribeUserSharer", "subscribe_user_sharer", object{"user_sharer_sku": "workspace.collaboration.6party.standard",
			"users": []object{{"user_id": p.hex(32), "user_name": one(p, givenNames)}}})
	}},
	{"subscribe/ApplySubnetBandwidth", 1, func(p *past) request {
		return p.buy("ApplySubnetBandwidth", "apply_subnet_bandwidth", object{"bandwidth_name": "office-bandwidth", "subnet_id": subnet,
			"charge_mode": "wks_bandwidth", "bandwidth_size": 10 * (1 + p.rng.IntN(5))})
	}},
	{"change/resizeDesktops", 8, func(p *past) request {
		return p.change(object{"type": "resizeDesktops", "resize_product_id": one(p, packages)})
	}},
	{"change/expandVolumes", 6, func(p *past) request {
		d := one(p, p.ordinary)
		volume := d.RootVolume.VolumeID
		if volume == "" {
			volume = p.hex(32)
		}
		return request{door: cloud.DoorChange, desktopID: d.DesktopID, entries: 1,
			body: object{"type": "expandVolumes", "expand_volume_id": volume, "expand_new_size": 200 + 10*p.rng.IntN(50)}}
	}},
	{"change/meteredToPeriod", 3, func(p *past) request {
		return p.change(object{"type": "meteredToPeriod", "period_type": 2, "period_num": 1 + p.rng.IntN(6), "is_auto_renew": 1})
	}},
	{"change/resizeExclusiveLites", 1, func(p *past) request {
		return p.change(object{"type": "resizeExclusiveLites", "new_quantity": 8 + p.rng.IntN(8), "exclusive_lites_product_id": "workspacehost.lite.large4"})
	}},
	batch("ADD_VOLUME", 8, "add_volume_param", func(p *past) object { return object{"volume_type": "SAS", "volume_size": 10 * (1 + p.rng.IntN(50))} }),
	batch("EXTEND_VOLUME", 5, "extend_volume_param", func(p *past) object {
		return object{"desktop_pool_disk_id": "a1b2c3d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "new_size": 100 + 10*p.rng.IntN(50)}
	}),
	batch("RESIZE", 9, "resize_param", func(p *past) object { return object{"product_id": one(p, packages), "mode": "STOP_DESKTOP"} }),
	batch("CHANGE_IMAGE", 3, "change_image_param", func(*past) object {
		return object{"image_id": image, "image_type": "private", "delay_time": 5, "message": "The system disk will be rebuilt in five minutes."}
	}),
	batch("ADD_SUB_RESOURCES", 2, "add_sub_resources_param", func(*past) object { return object{"sub_resource_sku": sharing} }),
	batch("DELETE_SUB_RESOURCES", 1, "delete_sub_resources_param", func(*past) object { return object{"sub_resource_type": "DESKTOP_SHARER"} }),
	pool("ADD_VOLUME", 2, "add_volume_param", func(*past) object { return object{"volume_type": "SAS", "volume_size": 50} }),
	pool("EXTEND_VOLUME", 1, "extend_volume_param", func(*past) object {
		return object{"desktop_pool_disk_id": "a1b2c3d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "new_size": 100}
	}),
	pool("RESIZE", 1, "resize_param", func(p *past) object { return object{"product_id": one(p, packages), "mode": "STOP_DESKTOP"} }),
	pool("CHANGE_IMAGE", 1, "change_image_param", func(*past) object { return object{"image_id": image} }),
	pool("ADD_SUB_RESOURCES", 1, "add_sub_resources_param", func(*past) object { return object{"sub_resource_sku": sharing} }),
	pool("DELETE_SUB_RESOURCES", 1, "delete_sub_resources_param", func(*past) object { return object{"sub_resource_type": "DESKTOP_SHARER"} }),
}

// givenNames are what made-up user names begin with.
var givenNames = []string{"ana", "bo", "carla", "deng", "emre", "fatou", "gil", "hana", "ivo", "jun", "kofi", "lena", "mei", "noor", "omar", "pia"}

// buy is a request at the subscribe door. A rebuild and added disks go with the desktop and have no term.
func (p *past) buy(typ, member string, of object) request {
	resource := object{member: of}
	if typ != "rebuildDesktops" && typ != "addVolumes" {
		resource["period_type"], resource["period_num"] = 2, 1+p.rng.IntN(9)
	}
	return request{door: cloud.DoorSubscribe, entries: 1, body: object{"type": typ, "resources": []object{resource},
		"extend_param": object{"is_auto_pay": []string{"true", "false"}[p.rng.IntN(2)]}}}
}

func (p *past) change(body object) request {
	return request{door: cloud.DoorChange, desktopID: p.ordinaries(1)[0], body: body, entries: 1}
}

// ordinaries are the IDs of up to n different desktops.
func (p *past) ordinaries(n int) []string {
	var ids []string
	for _, i := range p.rng.Perm(len(p.ordinary))[:min(n, len(p.ordinary))] {
		ids = append(ids, p.ordinary[i].DesktopID)
	}
	return ids
}

// batch is an operation on several desktops.
func batch(typ string, weight int, param string, of func(*past) object) template {
	return template{string(cloud.DoorBatchDesktop) + "/" + typ, weight, func(p *past) request {
		body := of(p)
		ids := p.ordinaries(2 + p.rng.IntN(8))
		body["desktop_ids"] = ids
		return request{door: cloud.DoorBatchDesktop, body: object{"type": typ, param: body}, entries: len(ids)}
	}}
}

// pool is an operation on a pool.
func pool(typ string, weight int, param string, of func(*past) object) template {
	return template{string(cloud.DoorBatchPool) + "/" + typ, weight, func(p *past) request {
		body := of(p)
		body["desktop_pool_id"] = one(p, p.pools).ID
		return request{door: cloud.DoorBatchPool, body: object{"type": typ, param: body}, entries: 1 + p.rng.IntN(4)}
	}}
}

// weights is the sum of all templates' weights.
var weights = func() (sum int) {
	for _, t := range templates {
		sum += t.weight
	}
	return sum
}()

// ask makes up a request and binds it as both doors do.
func (p *past) ask() (request, orders.Decoded, error) {
	n := p.rng.IntN(weights)
	i := 0
	for ; n >= templates[i].weight; i++ {
		n -= templates[i].weight
	}
	r := templates[i].make(p)
	text, err := json.Marshal(r.body)
	if err != nil {
		return r, orders.Decoded{}, err
	}
	d := orders.DecodeJSON(r.door, r.desktopID, text)
	if len(d.Problems) > 0 {
		return r, d, fmt.Errorf("the made-up %s is wrong at %s: %s", templates[i].kind, d.Problems[0].Path, d.Problems[0].Key)
	}
	return r, d, nil
}
