package i18n

import (
	_ "embed"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the program brings the zones along: a small image has none
)

//go:embed zones.txt
var zones string

// Zones are the names of time zones that people are offered, of the IANA's table of zones by country, and UTC.
func Zones() []string { return strings.Fields(zones) }

// known holds the zones that were asked for. Only names of the IANA's database get in, so it is bounded by that.
var known sync.Map

// ZoneNamed is the time zone of an IANA name, one that is not offered too; false for what is no such name.
func ZoneNamed(name string) (*time.Location, bool) {
	if zone, ok := known.Load(name); ok {
		return zone.(*time.Location), true
	}
	if name == "" || name == "Local" { // the machine's own is nobody's choice
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	known.Store(name, zone)
	return zone, true
}
