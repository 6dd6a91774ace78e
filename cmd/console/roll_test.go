package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheRollTellsWhoIsGone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := enrol(dir, "a")
	require.NoError(t, err)
	b, err := enrol(dir, "b")
	require.NoError(t, err)
	gone := func(name string) bool {
		t.Helper()
		gone, err := a.gone(name)
		require.NoError(t, err)
		return gone
	}
	assert.False(t, gone("a"))
	assert.False(t, gone("b"))
	assert.False(t, gone("nobody"), "of whom nothing is known")
	assert.False(t, gone("../console"), "and nothing but the roll is looked at")
	require.NoError(t, b.leave())
	assert.True(t, gone("b"))
	assert.False(t, gone("a"))

	old := time.Now().Add(-2 * rollKept)
	for _, name := range []string{"a", "b"} {
		require.NoError(t, os.Chtimes(filepath.Join(dir, "consoles", name+".lock"), old, old))
	}
	c, err := enrol(dir, "c")
	require.NoError(t, err)
	defer c.leave() //nolint:errcheck // the test is over
	_, err = os.Stat(filepath.Join(dir, "consoles", "b.lock"))
	assert.ErrorIs(t, err, os.ErrNotExist, "who is gone for long is forgotten")
	assert.False(t, gone("a"), "who lives is not, however long")
	_, err = enrol(dir, "a")
	assert.Error(t, err, "a name is one console's")
	require.NoError(t, a.leave())
}
