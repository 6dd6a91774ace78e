// Package testkit is what tests of several packages share. Only tests import it; it imports no other
// package of the module.
package testkit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Example is one valid call of the cloud's API with the answer that the vendor's pages give to it.
type Example struct {
	Name   string          // door/type, and a third part where a kind has several examples
	Method string          // POST
	Path   string          // with the example project's ID, and at the change door the desktop's
	Body   json.RawMessage // as the file has it, white space included

	Response struct {
		Status int
		Body   json.RawMessage
	}
}

// Kind is the order kind's name, such as "subscribe/createDesktops".
func (e Example) Kind() string {
	parts := strings.SplitN(e.Name, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// DesktopID is the desktop that the path of a call at the change door names, and empty at other doors.
func (e Example) DesktopID() string {
	parts := strings.Split(e.Path, "/") // "", v2, project, periodic, desktop, change, order
	if len(parts) == 7 && parts[3] == "periodic" && parts[5] == "change" && parts[6] == "order" {
		return parts[4]
	}
	return ""
}

// Examples reads testdata/examples.json at the root of the module.
func Examples(tb testing.TB) []Example {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(Root(tb), "testdata", "examples.json"))
	require.NoError(tb, err)
	var examples []Example
	require.NoError(tb, json.Unmarshal(text, &examples))
	return examples
}

// Root is the folder of go.mod. It is looked for from the working directory upwards, which during a test is
// the folder of the tested package.
func Root(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	require.NoError(tb, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		require.NotEqual(tb, parent, dir, "no go.mod in the working directory or above it")
		dir = parent
	}
}
