package testkit

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExamplesCoverEveryKind(t *testing.T) {
	names := map[string]bool{}
	perDoor := map[string]map[string]bool{}
	examples := Examples(t)
	for _, e := range examples {
		assert.False(t, names[e.Name], "two examples are called %s", e.Name)
		names[e.Name] = true

		door, orderType := filepath.Split(e.Kind())
		if perDoor[door] == nil {
			perDoor[door] = map[string]bool{}
		}
		perDoor[door][orderType] = true

		assert.Equal(t, http.MethodPost, e.Method, e.Name)
		assert.Equal(t, http.StatusOK, e.Response.Status, e.Name)
		assert.Equal(t, door == "change/", e.DesktopID() != "", "%s: %s", e.Name, e.Path)
		for _, body := range []json.RawMessage{e.Body, e.Response.Body} {
			var object map[string]any
			require.NoError(t, json.Unmarshal(body, &object), e.Name)
			assert.NotEmpty(t, object, e.Name)
		}
	}
	assert.Len(t, examples, 44)
	assert.Len(t, perDoor, 4)
	assert.Len(t, perDoor["subscribe/"], 9)
	assert.Len(t, perDoor["change/"], 4)
	assert.Len(t, perDoor["batch-desktop/"], 6)
	assert.Len(t, perDoor["batch-pool/"], 6)
}

func TestExampleNames(t *testing.T) {
	for name, c := range map[string]struct{ name, path, kind, desktop string }{
		"a kind with one example":      {"subscribe/addVolumes", "/v2/p/periodic/subscribe/order", "subscribe/addVolumes", ""},
		"a kind with several examples": {"batch-pool/RESIZE/desktop_ids", "/v2/p/desktop-pool/periodic/change/order", "batch-pool/RESIZE", ""},
		"a desktop in the path":        {"change/expandVolumes", "/v2/p/periodic/d-1/change/order", "change/expandVolumes", "d-1"},
		"the batch door's path":        {"batch-desktop/RESIZE", "/v2/p/periodic/change/batch-order", "batch-desktop/RESIZE", ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := Example{Name: c.name, Path: c.path}
			assert.Equal(t, c.kind, e.Kind())
			assert.Equal(t, c.desktop, e.DesktopID())
		})
	}
}

func TestRootIsFoundFromAnyFolderBelow(t *testing.T) {
	root := Root(t)
	t.Chdir(filepath.Join(root, "docs", "adr"))
	assert.Equal(t, root, Root(t))
	_, err := os.Stat(filepath.Join(root, "go.mod"))
	assert.NoError(t, err)
}
