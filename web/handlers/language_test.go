package handlers_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPagesAreInTheReadersLanguage: the browser says in which, until somebody chooses; what cannot be chosen is refused and
// changes nothing.
func TestPagesAreInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	page := c.get("/settings", "Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")
	assert.Contains(t, page.body, `<html lang="zh-CN"`)
	assert.Contains(t, page.body, "<h1>设置</h1>")
	assert.Equal(t, "zh-CN", page.Header.Get("Content-Language"))
	assert.Contains(t, page.Header.Values("Vary"), "Accept-Language")

	require.Equal(t, http.StatusSeeOther, c.post("/settings/language", url.Values{"language": {"zh"}}).StatusCode)
	assert.Contains(t, c.get("/orders", "Accept-Language", "en").body, `<html lang="zh-CN"`, "the choice goes before the browser")
	assert.Equal(t, http.StatusBadRequest, c.post("/settings/language", url.Values{"language": {"de"}}).StatusCode)
	assert.Contains(t, c.get("/orders/none", "Accept", "text/html").body, "页面不存在")
	require.Equal(t, http.StatusSeeOther, c.post("/settings/language", url.Values{"language": {"browser"}}).StatusCode)
	assert.Contains(t, c.get("/orders", "Accept-Language", "en").body, `<html lang="en"`)
}

// TestTimesAreInTheReadersZone: the zone that was chosen goes before the browser's, and what is none is said at the field.
func TestTimesAreInTheReadersZone(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	zone := func(headers ...string) string {
		return between(c.get("/settings", headers...).body, `placeholder="now `, `"`)
	}
	assert.Equal(t, "UTC", zone())
	require.Equal(t, http.StatusSeeOther, c.post("/settings/zone", url.Values{"zone": {"Asia/Shanghai"}}).StatusCode)
	assert.Equal(t, "Asia/Shanghai", zone())
	for _, wrong := range []string{"Middle/Earth", "Local", "../../etc/passwd"} {
		page := c.post("/settings/zone", url.Values{"zone": {wrong}})
		assert.Equal(t, http.StatusUnprocessableEntity, page.StatusCode, wrong)
		assert.Contains(t, page.body, `value="`+wrong+`"`, "what was typed is not lost")
		assert.Contains(t, page.body, "must be the name of a time zone")
		assert.Equal(t, "Asia/Shanghai", zone(), "what was chosen before stays")
	}
	require.Equal(t, http.StatusSeeOther, c.post("/settings/zone", url.Values{"zone": {""}}).StatusCode)
	assert.Equal(t, "UTC", zone())
}
