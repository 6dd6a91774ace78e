package cloudhttp

import (
	"slices"

	"workspace-order-console/internal/cloud"
)

// Groups of routes, for faults.
const (
	groupOrders    = "orders"
	groupInquiries = "inquiries"
	groupReads     = "reads"
	groupBilling   = "billing"
)

// route is one API: the name that faults know it by, its group, method and path, and what it does.
type route struct {
	name, group, method, path string
	do                        func(*Server, *call) answer
}

// routes are all APIs that are served.
var routes = slices.Concat(orderRoutes(), inquiryRoutes(), readRoutes, billingRoutes)

func orderRoutes() []route {
	all := make([]route, len(cloud.Doors))
	for i, door := range cloud.Doors {
		all[i] = route{string(door), groupOrders, "POST", door.Template(),
			func(s *Server, c *call) answer { return s.order(c, door) }}
	}
	return all
}

func inquiryRoutes() []route {
	var all []route
	for _, inquiry := range []struct {
		name, path string
		write      func(cloud.Quote) any
	}{
		{"inquiry-add-volume", cloud.InquiryAddVolume, eachRated},
		{"inquiry-extend-volume", cloud.InquiryExtendVolume, func(q cloud.Quote) any { return rated(q) }},
		{"inquiry-resize", cloud.InquiryResize, resizeRated},
		{"inquiry-change-image", cloud.InquiryChangeImage, eachRated},
		{"inquiry-pool-image", cloud.InquiryPoolImage, eachRated},
		{"inquiry-add-resources", cloud.InquiryAddResources, eachRated},
	} {
		all = append(all, route{inquiry.name, groupInquiries, "POST", "/v2/{project_id}/" + inquiry.path,
			func(s *Server, c *call) answer {
				quote, err := s.config.Cloud.Quote(c.Context(), cloud.Question{Inquiry: inquiry.path, Body: c.body})
				if err != nil {
					return failed(err)
				}
				return told(inquiry.write(quote))
			}})
	}
	return all
}

var readRoutes = []route{
	{"desktops", groupReads, "GET", "/v2/{project_id}/desktops/detail", (*Server).desktops},
	{"desktop", groupReads, "GET", "/v2/{project_id}/desktops/{desktop_id}", (*Server).desktop},
	{"pools", groupReads, "GET", "/v2/{project_id}/desktop-pools", (*Server).pools},
	{"pool", groupReads, "GET", "/v2/{project_id}/desktop-pools/{pool_id}", (*Server).pool},
	{"pool-desktops", groupReads, "GET", "/v2/{project_id}/desktop-pools/{pool_id}/desktops", (*Server).poolDesktops},
	{"products", groupReads, "GET", "/v2/{project_id}/products", (*Server).products},
	{"hour-packages", groupReads, "GET", "/v2/{project_id}/products/hour-packages", nothing("hour_packages")},
	{"resource-packages", groupReads, "GET", "/v2/{project_id}/products/resource-packages", nothing("desktop_resource_packages")},
	{"sharer-products", groupReads, "GET", "/v2/{project_id}/products/sharer", (*Server).sharerProducts},
	{"volume-products", groupReads, "GET", "/v2/{project_id}/volume/products", (*Server).volumeProducts},
	{"images", groupReads, "GET", "/v2/{project_id}/images", (*Server).images},
	{"market-images", groupReads, "GET", "/v2/{project_id}/market-images", (*Server).marketImages},
	{"subnets", groupReads, "GET", "/v2/{project_id}/subnets", (*Server).subnets},
	{"security-groups", groupReads, "GET", "/v2/{project_id}/security-groups", (*Server).securityGroups},
	{"availability-zones", groupReads, "GET", "/v2/{project_id}/availability-zones", (*Server).availabilityZones},
	{"users", groupReads, "GET", "/v2/{project_id}/users", (*Server).users},
	{"groups", groupReads, "GET", "/v2/{project_id}/groups", (*Server).userGroups},
	{"quotas", groupReads, "GET", "/v2/{project_id}/quotas", (*Server).quotas},
	{"quota-details", groupReads, "GET", "/v2/{project_id}/quotas/detail", (*Server).quotaDetails},
	{"name-policies", groupReads, "GET", "/v2/{project_id}/desktop-name-policies", (*Server).namePolicies},
	{"bandwidths", groupReads, "GET", "/v2/{project_id}/bandwidths", (*Server).bandwidths},
	{"eips", groupReads, "GET", "/v2/{project_id}/eips", (*Server).eips},
	{"hosts", groupReads, "GET", "/v2/{project_id}/hosts", (*Server).hosts},
	{"workspace", groupReads, "GET", "/v2/{project_id}/workspaces", (*Server).workspace},
	{"job", groupReads, "GET", "/v2/{project_id}/workspace-jobs/{job_id}", (*Server).job},
	{"sub-jobs", groupReads, "GET", "/v2/{project_id}/workspace-sub-jobs", nothing("jobs")},
}

var billingRoutes = []route{
	{"order-list", groupBilling, "GET", "/v2/orders/customer-orders", (*Server).orderList},
	{"order-details", groupBilling, "GET", "/v2/orders/customer-orders/details/{order_id}", (*Server).orderDetails},
	{"pay", groupBilling, "POST", "/v3/orders/customer-orders/pay", (*Server).pay},
	{"cancel", groupBilling, "PUT", "/v2/orders/customer-orders/cancel", (*Server).cancel},
	{"refunds", groupBilling, "GET", "/v2/orders/customer-orders/refund-orders", (*Server).refunds},
	// The real path is spelt so.
	{"resources", groupBilling, "POST", "/v2/orders/suscriptions/resources/query", (*Server).resources},
	{"rate", groupBilling, "POST", "/v2/bills/ratings/period-resources/subscribe-rate", (*Server).rate},
	{"balance", groupBilling, "GET", "/v2/accounts/customer-accounts/balances", (*Server).balance},
}
