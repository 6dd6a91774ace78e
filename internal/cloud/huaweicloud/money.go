package huaweicloud

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// amount is a sum of money as the wire writes it: a JSON number, a quoted one, or nothing.
type amount struct {
	value decimal.Decimal
	told  bool
}

// An amount of more digits than this, or farther from the point, is none: arithmetic on 1e999999999 fills the memory.
const (
	mostDigits   = 40
	mostExponent = 30
)

// UnmarshalJSON implements json.Unmarshaler. The digits go into the decimal as they stand; no float is in between.
func (a *amount) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"`)
	if text == "" || text == "null" {
		return nil
	}
	if len(text) > 2*mostDigits {
		return errors.New("an amount is too long")
	}
	value, err := decimal.NewFromString(text)
	if err != nil {
		return fmt.Errorf("%q is not an amount", text)
	}
	if value.NumDigits() > mostDigits || value.Exponent() > mostExponent || value.Exponent() < -mostExponent {
		return fmt.Errorf("%q is no amount of money", text)
	}
	a.value, a.told = value, true
	return nil
}

// measure is the unit that amounts are in: 1, the currency's own, is the only one that is documented. It is a number
// in some answers and a text in others.
type measure string

// UnmarshalJSON implements json.Unmarshaler.
func (m *measure) UnmarshalJSON(raw []byte) error {
	switch text := strings.Trim(string(raw), `"`); text {
	case "", "null", "1":
		return nil
	default:
		// Ten or a hundred times too much would pass for an amount; better none.
		return fmt.Errorf("amounts are in a unit that is not known: %.20s", text)
	}
}
