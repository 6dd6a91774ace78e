package i18n_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/i18n"
)

func TestSay(t *testing.T) {
	printer := i18n.For("en-GB,de;q=0.5")
	for _, c := range []struct {
		name, key string
		args      map[string]any
		want      string
	}{
		{"a sentence", "problem.required", nil, "is mandatory"},
		{"arguments", "problem.multiple", map[string]any{"step": 10, "min": 80, "max": 32760}, "must be a multiple of 10 from 80 to 32760"},
		{"a list", "problem.choice", map[string]any{"choices": []string{"SAS", "SSD"}}, "must be one of SAS, SSD"},
		{"a list that was stored", "problem.choice", map[string]any{"choices": []any{"SAS", 5.0}}, "must be one of SAS, 5"},
		{"one", "summary.expandDesktopPool", map[string]any{"n": 1, "pool": "A"}, "One more desktop for pool A"},
		{"several", "summary.expandDesktopPool", map[string]any{"n": 3, "pool": "A"}, "3 more desktops for pool A"},
		{"a number that was stored", "summary.expandDesktopPool", map[string]any{"n": 3.0, "pool": "A"}, "3 more desktops for pool A"},
		{"what people typed stays as it is", "problem.same_product", map[string]any{"name": "<b>{{.x}}</b>"}, "must be another package than the one <b>{{.x}}</b> has already"},
		{"a sentence that is missing", "problem.nobody_knows", nil, "problem.nobody_knows"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, printer.Say(c.key, c.args)) })
	}
	assert.True(t, printer.Has("problem.required"))
	assert.True(t, printer.Has("summary.expandDesktopPool"))
	assert.False(t, printer.Has("problem.nobody_knows"))
	assert.Equal(t, "⟦is mandatory⟧", i18n.For(i18n.Marked).Say("problem.required", nil))
	assert.Equal(t, "is mandatory", i18n.For("xx").Say("problem.required", nil), "English stands in")
}

func TestField(t *testing.T) {
	printer := i18n.For("")
	for _, c := range []struct {
		name, what, path string
		rest             []string
		want             string
		found            bool
	}{
		{"the words of the last two names", "label", "resources[0].create_desktop_pool.name", nil, "Pool name", true},
		{"the words of the last name", "label", "resources[0].create_exclusive_hosts.name", nil, "Name", true},
		{"rows have their list's words", "label", "resize_param.desktop_ids[7]", nil, "Desktops", true},
		{"a name alone", "label", "desktop_id", nil, "Desktop", true},
		{"help", "help", "resources[0].create_desktops.root_volume.size", nil, "A multiple of 10, from 80 to 32760.", true},
		{"a choice", "choice", "resources[0].period_type", []string{"3"}, "Year", true},
		{"no help", "help", "pool_id", nil, "", false},
		{"nothing", "label", "", nil, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, found := printer.Field(c.what, c.path, c.rest...)
			assert.Equal(t, c.found, found)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestLanguages(t *testing.T) {
	at := time.Date(2026, 11, 22, 17, 4, 5, 0, time.UTC)
	east := time.FixedZone("UTC+8", 8*60*60)
	for _, c := range []struct {
		name          string
		accept        []string
		language, tag string
		when, ago     string
	}{
		{"nobody said", []string{""}, "en", "en", "22 Nov 2026, 17:04", "3 h ago"},
		{"a language that is not spoken", []string{"de, fr;q=0.5"}, "en", "en", "22 Nov 2026, 17:04", "3 h ago"},
		{"Chinese", []string{"zh-CN,zh;q=0.9,en;q=0.8"}, "zh", "zh-CN", "2026年11月22日 17:04", "3 小时前"},
		{"the first that says something", []string{"", "zh"}, "zh", "zh-CN", "2026年11月22日 17:04", "3 小时前"},
		{"English before Chinese", []string{"en-GB,zh;q=0.5"}, "en", "en", "22 Nov 2026, 17:04", "3 h ago"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := i18n.For(c.accept...)
			assert.Equal(t, c.language, p.Language())
			assert.Equal(t, c.tag, p.Tag())
			assert.Equal(t, c.when, p.Time(at))
			assert.Equal(t, c.ago, p.Ago(at, at.Add(3*time.Hour)))
			assert.Equal(t, p, i18n.FromContext(i18n.NewContext(t.Context(), p)))
		})
	}
	assert.Equal(t, "2026年11月23日", i18n.For("zh").In(east).Date(at), "it is tomorrow there")
	assert.Equal(t, "2026-11-22 17:04:05.000 UTC", i18n.For("zh").In(east).Exact(at))
	assert.Equal(t, i18n.For(""), i18n.FromContext(t.Context()))
}
