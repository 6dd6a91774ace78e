package store

import (
	"context"
	"database/sql/driver"
	"reflect"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
)

// cleanConnector makes connections that take texts of any origin. A column of PostgreSQL cannot hold what is no UTF-8, nor
// the character NUL; SQLite's can. People's texts are refused at the doors when they hold such; where one comes by another
// way (the cloud's message, a search), it must not make an answer impossible to record: U+FFFD stands in for it.
type cleanConnector struct{ driver.Connector }

// Connect implements driver.Connector.
func (c cleanConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return cleanConn{conn.(*stdlib.Conn)}, nil
}

type cleanConn struct{ *stdlib.Conn }

// CheckNamedValue implements driver.NamedValueChecker.
func (cleanConn) CheckNamedValue(v *driver.NamedValue) error {
	if value := reflect.ValueOf(v.Value); value.Kind() == reflect.String {
		v.Value = clean(value.String())
	}
	return nil
}

// clean is a text with U+FFFD in the place of what a column cannot hold.
func clean(text string) string {
	const unknown = "\uFFFD"
	return strings.ReplaceAll(strings.ToValidUTF8(text, unknown), "\x00", unknown)
}
