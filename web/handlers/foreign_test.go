package handlers_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
)

func TestOrdersThatAreNotOurs(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	assert.Contains(t, c.get("/orders/foreign").body, "Everything at the cloud is this console")
	other := c.cloud.Place(t.Context(), cloud.Call{Door: cloud.DoorSubscribe, Body: example(t, "subscribe/expandDesktopPool").Body})
	require.Equal(t, cloud.OutcomeDone, other.Outcome)
	_, err := c.worker.Survey(t.Context())
	require.NoError(t, err)
	id := other.Entries[0].OrderID
	page := c.get("/orders/foreign")
	assert.Contains(t, page.body, `data-cloud-order="`+id+`"`)

	a := c.post("/orders/foreign/"+id+"/cancel", url.Values{"reason": {" "}})
	assert.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Equal(t, http.StatusNotFound, c.post("/orders/foreign/CS-none/cancel", url.Values{"reason": {"x"}}).StatusCode)
	a = c.post("/orders/foreign/"+id+"/cancel", url.Values{"reason": {"a ghost"}})
	require.Equal(t, http.StatusSeeOther, a.StatusCode, a.body)
	a = c.post("/orders/foreign/"+id+"/cancel", url.Values{"reason": {"twice"}})
	assert.Equal(t, http.StatusConflict, a.StatusCode)

	c.token = c.key("viewer", auth.RoleViewer)
	assert.Equal(t, http.StatusForbidden, c.read("/orders/foreign", c.token, nil).StatusCode)
}
