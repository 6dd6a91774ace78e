package cloudhttp

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFaultsAreRead(t *testing.T) {
	t.Parallel()
	faults, err := ParseFaults("subscribe:500-after:p=0.1", " pay,cancel:hang-before=2s:seq=2,5-7,10- ; *:late=3s:p=0.5;", "orders:lost=30s", "reads:refuse=WKS.00010013")
	require.NoError(t, err)
	require.Len(t, faults, 5)
	assert.Equal(t, Fault{text: "subscribe:500-after:p=0.1", routes: []string{"subscribe"}, kind: "500-after", chance: 0.1}, faults[0])
	assert.Equal(t, Fault{text: "pay,cancel:hang-before=2s:seq=2,5-7,10-", routes: []string{"pay", "cancel"}, kind: "hang-before", wait: 2 * time.Second,
		chance: 1, spans: []span{{2, 2}, {5, 7}, {10, 0}}}, faults[1])
	assert.Len(t, faults[2].routes, len(routes))
	assert.Equal(t, []string{"subscribe", "change", "batch-desktop", "batch-pool"}, faults[3].routes)
	assert.Equal(t, "WKS.00010013", faults[4].code)
	none, err := ParseFaults("", " ; ")
	require.NoError(t, err)
	assert.Empty(t, none)
	for kind, wants := range kinds {
		text := "subscribe:" + kind
		if wants == mustBeTime {
			text += "=1s"
		}
		_, err := ParseFaults(text)
		assert.NoError(t, err)
	}
}

func TestWrongFaultsAreRefusedWithHelp(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"subscribe":                      "ROUTES:FAULT",
		"subscribe:409:p=1:x":            "ROUTES:FAULT",
		"moon:409":                       `no route "moon"; there are *, the groups orders`,
		":409":                           `no route ""`,
		"subscribe,:409":                 `no route ""`,
		"subscribe:501":                  `no fault "501"; there are 200-error`,
		"subscribe:":                     `no fault ""`,
		"subscribe:409 :p=1":             `no fault "409 "`,
		"subscribe:late":                 "needs a time, such as late=3s",
		"subscribe:late=":                "it must be a time",
		"subscribe:late=3":               "it must be a time",
		"subscribe:late=-3s":             "it must be a time",
		"subscribe:late=2h":              "at most 1h",
		"subscribe:429=1500ms":           "whole seconds",
		"subscribe:cut=1s":               "cut takes no value",
		"subscribe:refuse=":              "1 to 12 characters",
		"subscribe:refuse=WKS.000100010": "1 to 12 characters",
		"subscribe:409:p=0":              "above 0 and at most 1",
		"subscribe:409:p=1.1":            "above 0 and at most 1",
		"subscribe:409:p=NaN":            "above 0 and at most 1",
		"subscribe:409:p":                "above 0 and at most 1",
		"subscribe:409:seq=0":            "numbers from 1 on",
		"subscribe:409:seq=":             "numbers from 1 on",
		"subscribe:409:seq=5-2":          "numbers from 1 on",
		"subscribe:409:seq=1,":           "numbers from 1 on",
		"subscribe:409:now":              "neither p=CHANCE nor seq=NUMBERS",
		"subscribe:409:":                 "neither p=CHANCE nor seq=NUMBERS",
		"*:lost=3s":                      "lost is for the routes of orders only",
		"order-list:lost=3s":             "lost is for the routes of orders only",
	} {
		_, err := ParseFaults(text)
		if assert.Error(t, err, text) {
			assert.Contains(t, err.Error(), want)
			assert.NotContains(t, err.Error(), "\n")
		}
	}
}

func TestASeedRepeatsWhatHappens(t *testing.T) {
	t.Parallel()
	faults, err := ParseFaults("subscribe:409:p=0.3", "orders:late=1s:p=0.5", "pay:409:seq=2,4-5,8-")
	require.NoError(t, err)
	run := func(seed uint64, others bool) (text string) {
		var rules []*rule
		for i, f := range faults {
			rules = append(rules, newRule(f, seed, uint64(i)))
		}
		for range 60 {
			if others {
				rules[1].happens("change") // draws of its own
				assert.False(t, rules[0].happens("change"))
			}
			text += map[bool]string{true: "x", false: "."}[rules[0].happens("subscribe")]
		}
		for range 9 {
			text += map[bool]string{true: "x", false: "."}[rules[2].happens("pay")]
		}
		return text
	}
	first := run(7, false)
	assert.Equal(t, first, run(7, true))
	assert.NotEqual(t, first, run(8, false))
	assert.Equal(t, ".x.xx..xx", first[60:])
	assert.InDelta(t, 18, strings.Count(first[:60], "x"), 12)
}

func FuzzParseFaults(f *testing.F) {
	for _, text := range []string{"subscribe:500-after:p=0.1", "pay:hang-before:seq=2,5", "*:late=3s:p=0.5", "orders:lost=30s;reads:429=5s", ":::", "a,b:c=d:e=f"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		faults, err := ParseFaults(text)
		if err != nil {
			if strings.Count(err.Error(), "\n") > 0 {
				t.Fatalf("%q: the error has several lines", text)
			}
			return
		}
		for i, fault := range faults {
			again, err := ParseFaults(fault.String())
			if err != nil || len(again) != 1 {
				t.Fatalf("%q is not read again: %v", fault, err)
			}
			newRule(again[0], 1, uint64(i)).happens("subscribe")
		}
	})
}
