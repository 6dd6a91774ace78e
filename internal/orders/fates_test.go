package orders_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/orders"
)

func TestEliminate(t *testing.T) {
	aim := func(before, after string) orders.Aim { return orders.Aim{Known: true, Before: before, After: after} }
	strange := orders.Aim{After: "new"}
	shows := func(texts ...string) []orders.Sight {
		sights := make([]orders.Sight, len(texts))
		for i, text := range texts {
			sights[i] = orders.Sight{Known: text != "?", Now: text}
		}
		return sights
	}
	const done, failed = orders.FateDone, orders.FateFailed
	grow := aim("old", "new")
	for name, c := range map[string]struct {
		aims   []orders.Aim
		sights []orders.Sight
		done   int
		want   []orders.Fate // nil: it cannot be told
	}{
		"each shows what became of it":                   {[]orders.Aim{grow, grow, grow}, shows("new", "old", "new"), 2, []orders.Fate{done, failed, done}},
		"the one that is not seen must have failed":      {[]orders.Aim{grow, grow, grow}, shows("new", "?", "new"), 2, []orders.Fate{done, failed, done}},
		"the one that is not seen must be done":          {[]orders.Aim{grow, grow, grow}, shows("new", "?", "old"), 2, []orders.Fate{done, done, failed}},
		"two that are not seen, of which one failed":     {[]orders.Aim{grow, grow, grow}, shows("new", "?", "?"), 2, nil},
		"more changed than orders completed":             {[]orders.Aim{grow, grow}, shows("new", "new"), 1, nil},
		"the inventory lags behind":                      {[]orders.Aim{grow, grow}, shows("old", "old"), 1, nil},
		"one became something else":                      {[]orders.Aim{grow, grow}, shows("new", "third"), 1, []orders.Fate{done, failed}},
		"both became something else":                     {[]orders.Aim{grow, grow}, shows("third", "third"), 1, nil},
		"one was so before: it tells nothing":            {[]orders.Aim{aim("new", "new"), grow}, shows("new", "old"), 1, []orders.Fate{done, failed}},
		"one was so before, and the other is not seen":   {[]orders.Aim{aim("new", "new"), grow}, shows("new", "?"), 1, nil},
		"one that nobody knew before and is as asked":    {[]orders.Aim{strange, grow}, shows("new", "old"), 1, []orders.Fate{done, failed}},
		"one that nobody knew before and is not changed": {[]orders.Aim{strange, strange}, shows("old", "old"), 1, nil},
		"nothing there before is not unknown":            {[]orders.Aim{aim("", "SSD 100 GB"), aim("", "SSD 100 GB")}, shows("SSD 100 GB", ""), 1, []orders.Fate{done, failed}},
		"not as many sights as aims":                     {[]orders.Aim{grow, grow}, shows("new"), 1, nil},
		"more orders than desktops":                      {[]orders.Aim{grow}, shows("new"), 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, told := orders.Eliminate(c.aims, c.sights, c.done, false)
			assert.Equal(t, c.want != nil, told)
			assert.Equal(t, c.want, got)
		})
	}

	for name, c := range map[string]struct {
		aims   []orders.Aim
		sights []orders.Sight
		done   int
		want   []orders.Fate
	}{
		"all changes are seen":                            {[]orders.Aim{grow, grow, grow}, shows("new", "old", "?"), 1, []orders.Fate{done, failed, failed}},
		"one failed unseen, one is done and not seen yet": {[]orders.Aim{grow, grow, grow}, shows("new", "?", "old"), 2, nil},
		"one was so before and failed":                    {[]orders.Aim{aim("new", "new"), grow}, shows("new", "old"), 1, nil},
		"one may have been so before":                     {[]orders.Aim{strange, grow}, shows("new", "old"), 1, nil},
	} {
		t.Run("while it may lag, "+name, func(t *testing.T) {
			got, told := orders.Eliminate(c.aims, c.sights, c.done, true)
			assert.Equal(t, c.want != nil, told)
			assert.Equal(t, c.want, got)
		})
	}
}
