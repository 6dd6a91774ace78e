package handlers

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
)

const (
	// exportPage is how many rows of an export are in memory at once: the largest page that lists have.
	exportPage = 200
	// exportPatience bounds the reading and sending of one page, exportLimit the whole file.
	exportPatience = 30 * time.Second
	exportLimit    = 30 * time.Minute
)

// errFormat: an export is asked for in a format that there is not.
var errFormat = echo.NewHTTPError(http.StatusBadRequest)

// exported is a list that can be taken away as a file. It is read in pages along the list's own cursor, so that neither the
// length of the list nor a slow reader fills memory or holds the database.
type exported[T any] struct {
	// Name is the list's: the file is called "<name>-<date>", and the audit log has it as the object "list:<name>".
	Name string
	// Columns are the columns of the CSV, by their wire names.
	Columns []exportColumn[T]
	// JSON is an item as its list answers it to scripts: a line of the JSONL.
	JSON func(T) any
	// Page reads the rows behind a cursor, at most exportPage, and where the list goes on; "" at both ends.
	Page func(ctx context.Context, after string) (items []T, next string, err error)
}

// exportColumn is one column of a CSV.
type exportColumn[T any] struct {
	Name  string
	Value func(T) string
}

// export answers with a whole list as a file, by "format": csv or jsonl. That it was taken away stands in the audit log
// before the first row leaves.
func export[T any](s *server, c echo.Context, list exported[T]) error {
	format := c.QueryParam("format")
	var media string
	switch format {
	case "csv":
		media = "text/csv; charset=utf-8"
	case "jsonl":
		media = "application/jsonl; charset=utf-8"
	default:
		return errFormat
	}
	started := s.Now()
	ctx, cancel := context.WithTimeout(c.Request().Context(), exportLimit)
	defer cancel()
	// the first page comes before the answer begins, so that what is wrong with the filters can still be said
	items, next, err := exportedPage(ctx, list, "")
	if err != nil {
		return err
	}
	entry, err := orders.NewEntry(who(c), started, "list.exported", "list:"+list.Name,
		map[string]any{"format": format, "filters": filtersOf(c.QueryParams()).Encode()})
	if err != nil {
		return err
	}
	if err := s.Audit.Record(ctx, entry); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, media)
	h.Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="%s-%s.%s"`, list.Name, started.UTC().Format(time.DateOnly), format))
	c.Response().WriteHeader(http.StatusOK)
	if err := list.send(ctx, c, format, items, next); err != nil {
		// The status is sent: only a connection that breaks off tells that the file is not whole.
		s.Log.Warn("an export broke off", "list", list.Name, "error", err, "request_id", requestIDOf(c))
		panic(http.ErrAbortHandler)
	}
	return nil
}

// exportedPage reads a page in its time.
func exportedPage[T any](ctx context.Context, list exported[T], after string) ([]T, string, error) {
	ctx, cancel := context.WithTimeout(ctx, exportPatience)
	defer cancel()
	return list.Page(ctx, after)
}

// send writes a first page and all that follow.
func (list exported[T]) send(ctx context.Context, c echo.Context, format string, items []T, next string) (err error) {
	out := bufio.NewWriter(c.Response())
	rows := list.rows(format, out)
	if err := rows.head(); err != nil {
		return err
	}
	control := http.NewResponseController(c.Response())
	for {
		// the server's own limit is that of a page, not of a file
		if err := control.SetWriteDeadline(time.Now().Add(exportPatience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		for _, item := range items {
			if err := rows.row(item); err != nil {
				return err
			}
		}
		if err := rows.flush(); err != nil {
			return err
		}
		if err := out.Flush(); err != nil {
			return err
		}
		c.Response().Flush()
		if next == "" {
			return nil
		}
		if items, next, err = exportedPage(ctx, list, next); err != nil {
			return err
		}
	}
}

// exportRows writes the rows of a file in its format.
type exportRows[T any] struct {
	head  func() error
	row   func(T) error
	flush func() error
}

func (list exported[T]) rows(format string, out io.Writer) exportRows[T] {
	nothing := func() error { return nil }
	if format == "jsonl" {
		lines := json.NewEncoder(out)
		lines.SetEscapeHTML(false)
		return exportRows[T]{nothing, func(item T) error { return lines.Encode(list.JSON(item)) }, nothing}
	}
	table := csv.NewWriter(out)
	table.UseCRLF = true
	cells := make([]string, len(list.Columns))
	return exportRows[T]{
		head: func() error {
			// spreadsheets take a file without a byte order mark for one in the machine's old encoding
			if _, err := io.WriteString(out, "\uFEFF"); err != nil {
				return err
			}
			for i, column := range list.Columns {
				cells[i] = column.Name
			}
			return table.Write(cells)
		},
		row: func(item T) error {
			for i, column := range list.Columns {
				cells[i] = safeCell(column.Value(item))
			}
			return table.Write(cells)
		},
		flush: func() error {
			table.Flush()
			return table.Error()
		},
	}
}

// plainNumber is what a spreadsheet takes for a number and nothing else, a negative amount among them.
var plainNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// hiddenFormula is what becomes a formula where a spreadsheet sets cells apart by semicolons or tabs, and so takes a cell for
// several. A list whose lines begin with a dash and a space is none.
var hiddenFormula = regexp.MustCompile(`([;\t\r\n][ "]*)([=@＝＠]|[+\-＋－][^ ])`)

// safeCell keeps a spreadsheet from taking what people typed for a formula: what would be one begins with an apostrophe. Wide
// forms of the same characters count too.
func safeCell(text string) string {
	text = hiddenFormula.ReplaceAllString(text, "${1}'${2}")
	first, _ := utf8.DecodeRuneInString(text)
	if !strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) || plainNumber.MatchString(text) {
		return text
	}
	return "'" + text
}

// filtersOf are the filters of a list's address: all of its query but what only says which page, and in which form.
func filtersOf(query url.Values) url.Values {
	filters := url.Values{}
	for name, values := range query {
		switch name {
		case "after", "before", "version", "format":
		default:
			for _, value := range values {
				if value != "" {
					filters.Add(name, value)
				}
			}
		}
	}
	return filters
}
