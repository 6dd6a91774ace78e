package cloudhttp_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/def"
	workspace "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/testkit"
)

// typed places an example through the SDK's own method for its door. It tells false when the SDK's model would lose a
// part of the body (docs/wire.md section 13).
func typed(t *testing.T, client *workspace.WorkspaceClient, example testkit.Example) (orders []string, carried bool) {
	t.Helper()
	one := func(id *string, err error) []string {
		require.NoError(t, err)
		require.NotNil(t, id)
		return []string{*id}
	}
	all := func(placed *[]model.OrderV5, err error) (ids []string) {
		require.NoError(t, err)
		require.NotNil(t, placed)
		for _, order := range *placed {
			require.NotNil(t, order.OrderId)
			require.NotNil(t, order.OrderStatus)
			ids = append(ids, *order.OrderId)
		}
		return ids
	}
	switch door, _, _ := strings.Cut(example.Name, "/"); cloud.Door(door) {
	case cloud.DoorSubscribe:
		body, ok := through[model.CreateOrderReq](t, example.Body)
		if !ok {
			return nil, false
		}
		answer, err := client.CreateOrder(&model.CreateOrderRequest{Body: body})
		require.NoError(t, err)
		return one(answer.OrderId, err), true
	case cloud.DoorChange:
		body, ok := through[model.CreateChangeOrderReq](t, example.Body)
		if !ok {
			return nil, false
		}
		answer, err := client.CreateChangeOrder(&model.CreateChangeOrderRequest{DesktopId: example.DesktopID(), Body: body})
		require.NoError(t, err)
		return one(answer.OrderId, err), true
	case cloud.DoorBatchDesktop:
		body, ok := through[model.CreateBatchChangeOrderRequestBody](t, example.Body)
		if !ok {
			return nil, false
		}
		answer, err := client.CreateDesktopBatchOrder(&model.CreateDesktopBatchOrderRequest{Body: body})
		require.NoError(t, err)
		return all(answer.Orders, err), true
	default:
		body, ok := through[model.CreateBatchChangeOrderRequestBody](t, example.Body)
		if !ok {
			return nil, false
		}
		answer, err := client.CreateDesktopPoolChangeOrder(&model.CreateDesktopPoolChangeOrderRequest{Body: body})
		require.NoError(t, err)
		return all(answer.Orders, err), true
	}
}

// through reads a body into one of the SDK's models, and tells whether it comes out of it as it went in.
func through[T any](t *testing.T, body []byte) (*T, bool) {
	t.Helper()
	typed := new(T)
	require.NoError(t, json.Unmarshal(body, typed))
	again, err := json.Marshal(typed)
	require.NoError(t, err)
	var before, after any
	require.NoError(t, json.Unmarshal(body, &before))
	require.NoError(t, json.Unmarshal(again, &after))
	return typed, assert.ObjectsAreEqual(before, after)
}

// raw is a request with a body of our own, which the SDK signs and sends as it is.
type raw struct {
	DesktopID string           `json:"desktop_id"`
	Body      *json.RawMessage `json:"body,omitempty"`
}

// placed is an answer of any of the four doors.
type placed struct {
	OrderID        string          `json:"order_id"`
	Orders         []model.OrderV5 `json:"orders"`
	HttpStatusCode int             `json:"-"`
}

// untyped places an example through the SDK's core.
func untyped(t *testing.T, client *workspace.WorkspaceClient, example testkit.Example) (orders []string) {
	t.Helper()
	door, _, _ := strings.Cut(example.Name, "/")
	request := def.NewHttpRequestDefBuilder().WithMethod(http.MethodPost).WithPath(cloud.Door(door).Template()).
		WithContentType("application/json").WithResponse(new(placed)).
		WithRequestField(def.NewFieldDef().WithName("Body").WithLocationType(def.Body)).
		WithRequestField(def.NewFieldDef().WithName("DesktopID").WithJsonTag("desktop_id").WithLocationType(def.Path))
	answered, err := client.HcClient.Sync(&raw{DesktopID: example.DesktopID(), Body: &example.Body}, request.Build())
	require.NoError(t, err)
	answer := answered.(*placed)
	assert.Equal(t, http.StatusOK, answer.HttpStatusCode)
	if answer.OrderID != "" {
		return []string{answer.OrderID}
	}
	for _, order := range answer.Orders {
		require.NotNil(t, order.OrderId)
		orders = append(orders, *order.OrderId)
	}
	return orders
}

func TestTheOfficialSDKPlacesEveryKindOfOrder(t *testing.T) {
	t.Parallel()
	carriedKinds, kinds := map[string]bool{}, map[string]bool{}
	for _, example := range testkit.Examples(t) {
		t.Run(example.Name, func(t *testing.T) {
			w := fresh(t)
			client := w.workspace()
			ids, carried := typed(t, client, example)
			if !carried {
				ids = untyped(t, client, example)
			}
			kinds[example.Kind()] = true
			carriedKinds[example.Kind()] = carriedKinds[example.Kind()] || carried
			require.NotEmpty(t, ids)
			for _, id := range ids {
				order, err := w.cloud.Order(t.Context(), id)
				require.NoError(t, err)
				assert.Equal(t, id, order.OrderID)
			}
		})
	}
	assert.Len(t, kinds, 25)
	var lost []string
	for kind := range kinds {
		if !carriedKinds[kind] {
			lost = append(lost, kind)
		}
	}
	assert.ElementsMatch(t, []string{
		"batch-desktop/ADD_VOLUME", "batch-desktop/EXTEND_VOLUME", "batch-desktop/ADD_SUB_RESOURCES", "batch-desktop/DELETE_SUB_RESOURCES",
		"batch-pool/ADD_VOLUME", "batch-pool/EXTEND_VOLUME", "batch-pool/ADD_SUB_RESOURCES", "batch-pool/DELETE_SUB_RESOURCES",
	}, lost, "what the SDK's models cannot carry (docs/wire.md section 13)")
}

func TestABatchTellsOfEachDesktop(t *testing.T) {
	t.Parallel()
	w := fresh(t)
	body := `{"type":"ADD_VOLUME","add_volume_param":{"volume_type":"SAS","volume_size":20,"desktop_ids":["` + ordinary + `","no-such-desktop"]}}`
	answer := w.told(200, "POST", "/v2/"+project+"/periodic/change/batch-order", body)
	results := map[any]int{}
	for _, entry := range answer["orders"].([]any) {
		results[entry.(map[string]any)["result"]]++
	}
	assert.Equal(t, map[any]int{"SUCCESS": 1, "FAIL": 1}, results)

	answer = w.told(409, "POST", "/v2/"+project+"/periodic/"+ordinary+"/change/order", `{"type":"resizeDesktops","resize_product_id":"workspace.k.xlarge2.uosv20pro"}`)
	assert.Regexp(t, `^WKS\.\d{8}$`, answer["error_code"])
	assert.NotEmpty(t, answer["error_msg"])
}

func TestTheInquiriesThroughTheSDK(t *testing.T) {
	t.Parallel()
	w := fresh(t)
	client := w.workspace()
	targets := &[]string{ordinary}

	image, err := client.EstimateChangeImages(&model.EstimateChangeImagesRequest{
		Body: &model.EstimateChangeImageRequestBody{DesktopIds: targets, ImageId: p("e1d65e11-861c-459d-a3a8-ab150d79befc"), ImageType: p("private")}})
	require.NoError(t, err)
	assert.Equal(t, "USD", *image.Currency)
	require.Len(t, *image.CloudServiceRatingResults, 1)
	assert.Equal(t, ordinary, *(*image.CloudServiceRatingResults)[0].OrderRequestId)

	// The models lack the fields of their own, so these go by hand; the answers are read by the SDK's models.
	post := func(path, body string, into any) map[string]any {
		answer := w.told(200, "POST", "/v2/"+project+"/"+path, body)
		text, err := json.Marshal(answer)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, into))
		return answer
	}
	var a model.EstimateDesktopPoolAddVolumeResponse
	one := post(cloud.InquiryAddVolume, `{"desktop_ids":["`+ordinary+`"],"volume_type":"SAS","volume_size":100}`, &a)
	result := one["cloud_service_rating_results"].([]any)[0].(map[string]any)["official_website_rating_result"].(map[string]any)
	assert.IsType(t, json.Number(""), result["amount"], "amounts are numbers")
	assert.Positive(t, (*a.CloudServiceRatingResults)[0].OfficialWebsiteRatingResult.Amount)

	var b model.EstimateDesktopPoolExtendVolumeResponse
	post(cloud.InquiryExtendVolume, `{"desktop_pool_id":"`+pool+`","desktop_pool_disk_id":"`+poolDisk+`","new_size":100}`, &b)
	require.NotNil(t, b.OfficialWebsiteRatingResult)
	assert.Positive(t, b.OfficialWebsiteRatingResult.Amount)

	var c model.EstimateDesktopPoolResizeResponse
	post(cloud.InquiryResize, `{"desktop_ids":["`+ordinary+`"],"product_id":"workspace.k.xlarge2.uosv20pro","mode":"STOP_DESKTOP"}`, &c)
	assert.True(t, *c.IsUpgrade)
	assert.Positive(t, c.BatchInquiryRspWhenUpgrade.OfficialWebsiteRatingResult.Amount)
	c = model.EstimateDesktopPoolResizeResponse{}
	post(cloud.InquiryResize, `{"desktop_ids":["`+ordinary+`"],"product_id":"workspace.k.large2.uosv20pro","mode":"STOP_DESKTOP"}`, &c)
	assert.False(t, *c.IsUpgrade)
	assert.Negative(t, c.BatchInquiryRspWhenDowngrade.Amount)
	assert.Equal(t, "0", *c.BatchInquiryRspWhenDowngrade.RetCode)
	assert.Nil(t, c.BatchInquiryRspWhenUpgrade)

	post(cloud.InquiryAddResources, `{"desktop_ids":["`+ordinary+`"],"sub_resource_sku":"workspace.collaborativedesktop.6party.standard"}`, &a)
	refused := w.told(400, "POST", "/v2/"+project+"/"+cloud.InquiryAddVolume, `{}`)
	assert.Equal(t, "WKS.00010001", refused["error_code"])
}

// IDs of the examples.
const (
	ordinary = "8d049b4e-4f1e-4ed5-b3a9-a7f0f15658a7"
	pool     = "b046ac8e-0994-4c09-a8a8-bd989d218120"
	poolDisk = "a1b2c3d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d"
)
