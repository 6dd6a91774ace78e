package orders_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/testkit"
)

// catalogue are the keys of one file of English messages.
func catalogue(t *testing.T, file string) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(testkit.Root(t), "internal", "i18n", "en", file))
	require.NoError(t, err)
	var messages map[string]any
	require.NoError(t, json.Unmarshal(raw, &messages))
	var keys []string
	for key := range messages {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

var keyLiteral = regexp.MustCompile(`"((?:problem|change|summary)\.[A-Za-z0-9_.]+)"`)

// used are the message keys that the module's code names, those of tests aside.
func used(t *testing.T) map[string]bool {
	t.Helper()
	keys := map[string]bool{}
	root := testkit.Root(t)
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") ||
			!strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".templ") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range keyLiteral.FindAllStringSubmatch(string(text), -1) {
			keys[match[1]] = true
		}
		return err
	}))
	// a batch's summary has one key for desktops and one for a pool
	for _, typ := range orders.Types(cloud.DoorBatchPool) {
		require.True(t, keys["summary."+typ], typ)
		delete(keys, "summary."+typ)
		keys["summary."+typ+".desktops"], keys["summary."+typ+".pool"] = true, true
	}
	return keys
}

func TestEveryProblemSummaryAndChangeHasItsWordsAndNoWordsAreLeftOver(t *testing.T) {
	printer := i18n.For("en")
	keys := used(t)
	for key := range keys {
		assert.True(t, printer.Has(key), "no message for %s", key)
	}
	for _, file := range []string{"problems.json", "kinds.json"} {
		for _, key := range catalogue(t, file) {
			if keyLiteral.MatchString(`"` + key + `"`) {
				assert.True(t, keys[key], "%s: nobody says %s", file, key)
			}
		}
	}
}

func TestEveryKindGroupAndSectionHasItsWords(t *testing.T) {
	var wanted []string
	sections := map[string]bool{}
	for _, kind := range orders.Kinds {
		wanted = append(wanted, "kind."+kind.Name()+".title", "kind."+kind.Name()+".description")
		walk(field.Describe(kind.New()), func(in field.Input) {
			if in.Section != "" {
				sections[in.Section] = true
			}
		})
	}
	for _, group := range orders.Groups {
		wanted = append(wanted, "group."+string(group))
	}
	for section := range sections {
		wanted = append(wanted, "section."+section)
	}
	var have []string
	for _, key := range catalogue(t, "kinds.json") {
		if !keyLiteral.MatchString(`"` + key + `"`) {
			have = append(have, key)
		}
	}
	assert.ElementsMatch(t, wanted, have)
}

func TestEveryInputAndChoiceOfAFormHasItsWords(t *testing.T) {
	printer := i18n.For("en")
	needed := map[string]bool{}
	// need notes the key that a look-up takes, as Printer.Field does.
	need := func(what, path string, rest ...string) {
		names := strings.Split(index.ReplaceAllString(path, ""), ".")
		for n := min(2, len(names)); n > 0; n-- {
			key := strings.Join(slices.Concat([]string{what}, names[len(names)-n:], rest), ".")
			if printer.Has(key) {
				needed[key] = true
				return
			}
		}
	}
	for _, kind := range orders.Kinds {
		walk(field.Describe(kind.New()), func(in field.Input) {
			if in.Const || in.SDKOnly || in.Envelope {
				return
			}
			label, ok := printer.Field("label", in.Path)
			assert.True(t, ok && label != "", "%s: no label for %s", kind.Name(), in.Path)
			need("label", in.Path)
			need("help", in.Path)
			for _, choice := range in.Choices {
				words, ok := printer.Field("choice", in.Path, choice)
				assert.True(t, ok && words != "", "%s: no words for %s = %s", kind.Name(), in.Path, choice)
				need("choice", in.Path, choice)
			}
		})
	}
	for _, key := range catalogue(t, "fields.json") {
		assert.True(t, needed[key], "no form shows %s", key)
	}
}

func TestFieldsAreNamedByTheirMostSpecificWords(t *testing.T) {
	printer := i18n.For("en")
	for _, c := range []struct{ path, want string }{
		{"resources[0].create_desktops.size", "Desktops without users"},
		{"resources[0].create_desktops.root_volume.size", "Size (GB)"},
		{"resources[0].create_desktops.desktops[12].user_name", "User"},
		{"resources[0].create_desktop_pool.name", "Pool name"},
		{"add_volume_param.desktop_ids", "Desktops"},
		{"add_volume_param.desktop_ids[3]", "Desktops"},
	} {
		label, ok := printer.Field("label", c.path)
		assert.True(t, ok, c.path)
		assert.Equal(t, c.want, label, c.path)
	}
	choice, _ := printer.Field("choice", "resources[0].create_desktops.root_volume.type", "SAS")
	assert.Equal(t, "High I/O (SAS)", choice)
	_, ok := printer.Field("help", "resources[0].create_desktops.desktop_type")
	assert.False(t, ok)
	label, ok := i18n.For("fr").Field("label", "pool_id")
	assert.True(t, ok, "English stands in for a language that is not there")
	assert.Equal(t, "Pool", label)
}
