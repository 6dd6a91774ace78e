package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestADutyIsOneHoldersAtATime(t *testing.T) {
	t.Parallel()
	s := open(t)
	take := func(holder string, after time.Duration) bool {
		t.Helper()
		taken, err := s.TakeDuty(t.Context(), "follow", holder, noon.Add(after), 10*time.Second)
		require.NoError(t, err)
		return taken
	}
	assert.True(t, take("a", 0))
	assert.False(t, take("b", 9*time.Second))
	assert.True(t, take("a", 9*time.Second), "who has it keeps it")
	assert.False(t, take("b", 18*time.Second))
	assert.True(t, take("b", 19*time.Second), "and loses it by not coming back")
	assert.False(t, take("a", 20*time.Second))
	assert.True(t, take("a", -time.Hour), "a clock that was set back does not lock it up")

	require.NoError(t, s.LayDown(t.Context(), "b"))
	assert.False(t, take("b", -time.Hour), "it was not b's to lay down")
	require.NoError(t, s.LayDown(t.Context(), "a"))
	assert.True(t, take("b", -time.Hour))
	require.NoError(t, s.LayDown(t.Context(), ""))
	assert.True(t, take("a", -time.Hour), "who is alone lays all down")
	other, err := s.TakeDuty(t.Context(), "sweep", "b", noon, time.Hour)
	require.NoError(t, err)
	assert.True(t, other, "another duty is another's")
}
