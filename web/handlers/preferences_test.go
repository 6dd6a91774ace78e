package handlers_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatSomebodySetIsThereAtTheNextSignIn(t *testing.T) {
	t.Parallel()
	t.Run("here", func(t *testing.T) {
		t.Parallel()
		c := newConsole(t)
		for path, form := range map[string]url.Values{"/settings/theme": {"theme": {"dark"}}, "/settings/density": {"density": {"compact"}},
			"/settings/language": {"language": {"zh"}}, "/settings/zone": {"zone": {"Asia/Shanghai"}}} {
			require.Equal(t, http.StatusSeeOther, c.post(path, form).StatusCode, path)
		}
		c.browser = c.signIn()
		page := c.get("/settings").body
		for _, want := range []string{`data-theme="dark"`, `data-density="compact"`, `lang="zh-CN"`, `value="Asia/Shanghai"`} {
			assert.Contains(t, page, want)
		}
		require.Equal(t, http.StatusSeeOther, c.post("/settings/theme", url.Values{"theme": {"system"}}).StatusCode)
		c.browser = c.signIn()
		page = c.get("/settings").body
		assert.NotContains(t, page, `data-theme="dark"`, "it was set back")
		assert.Contains(t, page, `data-density="compact"`)
	})
	t.Run("behind a proxy", func(t *testing.T) {
		t.Parallel()
		c := company(t)
		bea := c.visit("bea", "design-buyer", "finance-buyer")
		require.Equal(t, http.StatusSeeOther, bea.post("/settings/team", url.Values{"team": {"finance"}}).StatusCode)
		require.Equal(t, http.StatusSeeOther, bea.post("/settings/theme", url.Values{"theme": {"dark"}}).StatusCode)
		elsewhere := c.visit("bea", "design-buyer", "finance-buyer")
		page := elsewhere.get("/settings").body
		assert.Contains(t, page, `data-theme="dark"`)
		assert.Contains(t, page, `<option value="finance" selected`, "for this team from the first page on")
		assert.NotContains(t, c.visit("raj", "design-buyer", "finance-buyer").get("/settings").body, `data-theme="dark"`, "nobody else's")
		left := c.visit("bea", "design-buyer").get("/settings").body
		assert.Contains(t, left, "design", "a team that they left is theirs no more")
	})
}
