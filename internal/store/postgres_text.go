package store

import (
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
)

// cleanText is PostgreSQL's type text for texts of any origin. A column cannot hold what is no UTF-8, nor the character
// NUL; SQLite's can. People's texts are refused at the doors when they hold such; where one comes by another way (the
// cloud's message, a search), it must not make an answer impossible to record: U+FFFD stands in for it.
var cleanText = &pgtype.Type{Name: "text", OID: pgtype.TextOID, Codec: cleanCodec{}}

type cleanCodec struct{ pgtype.TextCodec }

// PlanEncode implements pgtype.Codec.
func (c cleanCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(string); ok {
		return encodeClean{}
	}
	return c.TextCodec.PlanEncode(m, oid, format, value)
}

type encodeClean struct{}

// Encode implements pgtype.EncodePlan.
func (encodeClean) Encode(value any, buf []byte) ([]byte, error) {
	return append(buf, clean(value.(string))...), nil
}

// clean is a text with U+FFFD in the place of what a column cannot hold.
func clean(text string) string {
	const unknown = "\uFFFD"
	return strings.ReplaceAll(strings.ToValidUTF8(text, unknown), "\x00", unknown)
}
