package handlers_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders"
)

func TestCommentsOnAnOrder(t *testing.T) {
	t.Parallel()
	r := withRules(t, above("100", 1))
	id := r.asks(r.mei, "because")
	a := r.omar.post("/orders/"+id+"/comments", url.Values{"text": {"why two?\r\nOne would do."}, "comment": {"1"}})
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
	assert.Equal(t, "/orders/"+id+"#comments", a.Header.Get("Location"))
	vera := r.visit("vera", "design-viewer")
	require.Equal(t, http.StatusSeeOther, vera.post("/orders/"+id+"/comments", url.Values{"text": {`<script>x</script>`}}).StatusCode)
	page := part(t, r.mei.get("/orders/"+id).body, `id="comments"`, "</section>")
	assert.Contains(t, page, "why two?\nOne would do.")
	assert.Contains(t, page, "&lt;script&gt;x")
	assert.Less(t, strings.Index(page, "omar"), strings.Index(page, "vera"), "oldest first")

	long := strings.Repeat("ä", orders.MaxComment)
	require.Equal(t, http.StatusSeeOther, r.mei.post("/orders/"+id+"/comments", url.Values{"text": {long}}).StatusCode)
	for text, says := range map[string]string{"": "is mandatory", " \r\n": "is mandatory", long + "ä": "2000", "a\x00b": "control"} {
		a := r.mei.post("/orders/"+id+"/comments", url.Values{"text": {text}})
		require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode, "%.10q", text)
		assert.Contains(t, problem(a.body, "text"), says, "%.10q", text)
		if strings.TrimSpace(text) != "" && !strings.Contains(text, "\x00") {
			assert.Contains(t, a.body, ">"+text+"</textarea>", "what was typed is still there")
		}
	}
	assert.Equal(t, http.StatusNotFound, r.visit("fin", "finance-buyer").post("/orders/"+id+"/comments", url.Values{"text": {"hello"}}).StatusCode)

	for i := range 60 {
		require.Equal(t, http.StatusSeeOther, r.mei.post("/orders/"+id+"/comments", url.Values{"text": {fmt.Sprintf("number %d.", i)}}).StatusCode)
	}
	first := r.mei.get("/orders/" + id).body
	assert.Contains(t, first, "number 46.")
	assert.NotContains(t, first, "number 47.")
	later := laterComments.FindStringSubmatch(first)
	require.NotNil(t, later)
	second := r.mei.get(html.UnescapeString(later[1])).body
	assert.Contains(t, second, "number 47.")
	assert.Contains(t, second, "number 59.")
	assert.NotContains(t, second, "number 46.")
	a = r.mei.post("/orders/"+id+"/comments", url.Values{"text": {"the last word"}})
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
	assert.Contains(t, r.mei.get(strings.TrimSuffix(a.Header.Get("Location"), "#comments")).body, "the last word", "it leads to where it is")
	assert.Equal(t, http.StatusBadRequest, r.mei.get("/orders/"+id+"?comments=x").StatusCode)
}
