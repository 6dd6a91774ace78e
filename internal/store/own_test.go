package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

func TestPreferencesAreTheirPersons(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := open(t)
	none, err := s.Preferences(ctx, "mei")
	require.NoError(t, err)
	assert.Zero(t, none)
	dark := auth.SessionValues{Theme: "dark", Density: "compact", Team: "design", Language: "zh", Zone: "Asia/Shanghai"}
	require.NoError(t, s.SavePreferences(ctx, "mei", dark))
	require.NoError(t, s.SavePreferences(ctx, "raj", auth.SessionValues{Theme: "light"}))
	got, err := s.Preferences(ctx, "mei")
	require.NoError(t, err)
	assert.Equal(t, dark, got)
	require.NoError(t, s.SavePreferences(ctx, "mei", auth.SessionValues{Zone: "UTC"}))
	got, err = s.Preferences(ctx, "mei")
	require.NoError(t, err)
	assert.Equal(t, auth.SessionValues{Zone: "UTC"}, got, "what was set back is gone")
}

func TestWhatIsDeletedIsKeptForADay(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := open(t)
	view := orders.SavedView{ID: orderID(1), Owner: "mei", Page: "orders", Name: "failed ones", Query: "state=failed", CreatedAt: noon, UpdatedAt: noon}
	undo := orders.Undo{ID: view.ID, Owner: "ops", At: noon, View: &view}
	require.NoError(t, s.KeepUndo(ctx, undo))
	got, err := s.Undo(ctx, "ops", view.ID, noon.Add(-time.Hour))
	require.NoError(t, err)
	assert.Equal(t, undo, got)
	_, err = s.Undo(ctx, "mei", view.ID, noon.Add(-time.Hour))
	require.ErrorIs(t, err, orders.ErrNotFound, "who deleted it takes it back")
	_, err = s.Undo(ctx, "ops", view.ID, noon)
	require.ErrorIs(t, err, orders.ErrNotFound, "too late")

	template := orders.Template{ID: orderID(2), Name: "of design", Kind: "subscribe/expandDesktopPool", Body: []byte(`{"a":1}`), Fixed: []string{"a"}}
	require.NoError(t, s.KeepUndo(ctx, orders.Undo{ID: template.ID, Owner: "ops", At: noon.Add(time.Hour), Template: &template}))
	got, err = s.Undo(ctx, "ops", template.ID, noon)
	require.NoError(t, err)
	assert.Equal(t, template, *got.Template)
	require.NoError(t, s.DropUndo(ctx, template.ID))
	_, err = s.Undo(ctx, "ops", template.ID, noon)
	require.ErrorIs(t, err, orders.ErrNotFound)
}

func TestWhatPeopleSetAndDeletedIsForgotten(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := open(t)
	require.NoError(t, s.SavePreferences(ctx, "mei", auth.SessionValues{Theme: "dark"}))
	require.NoError(t, s.KeepUndo(ctx, orders.Undo{ID: orderID(1), Owner: "mei", At: s.now(), View: &orders.SavedView{}}))
	count := func(table string) (n int) {
		require.NoError(t, s.reader.QueryRowContext(ctx, `SELECT count(*) FROM `+table).Scan(&n))
		return n
	}
	require.NoError(t, s.Sweep(ctx, s.now().Add(orders.UndoAge-time.Minute)))
	assert.Equal(t, 1, count("undos"))
	require.NoError(t, s.Sweep(ctx, s.now().Add(orders.UndoAge+time.Minute)))
	assert.Zero(t, count("undos"))
	assert.Equal(t, 1, count("preferences"))
	require.NoError(t, s.Sweep(ctx, s.now().Add(auth.PersonKept+time.Minute)))
	assert.Zero(t, count("preferences"))
}
