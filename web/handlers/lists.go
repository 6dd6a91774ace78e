package handlers

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/web/templates"
)

// uploadPrefix is before the path of a list in the name of the input that takes it as a file.
const uploadPrefix = "file."

// maxUpload is how large the file of a list may be, in bytes.
const maxUpload = 512 << 10

// addUploads adds the lists that came as files to what was typed, as if they had been pasted.
func addUploads(form url.Values, sent *multipart.Form) field.Problems {
	var problems field.Problems
	if sent == nil {
		return nil
	}
	for name, files := range sent.File {
		path, is := strings.CutPrefix(name, uploadPrefix)
		if !is {
			continue
		}
		for _, file := range files {
			if file.Size == 0 && file.Filename == "" {
				continue // none was chosen
			}
			text, problem := readUpload(file)
			if problem != nil {
				problems.Add(path, problem.Key, "kib", maxUpload>>10)
				continue
			}
			typed := slices.DeleteFunc(form[path], func(value string) bool { return strings.TrimSpace(value) == "" })
			if len(typed) > 0 {
				text = strings.TrimRight(typed[len(typed)-1], "\r\n") + "\n" + text
				typed = typed[:len(typed)-1]
			}
			form[path] = append(typed, text)
		}
	}
	return problems
}

func readUpload(header *multipart.FileHeader) (string, *field.Message) {
	say := func(key string) *field.Message { return &field.Message{Key: key} }
	if header.Size > maxUpload {
		return "", say("problem.sheet_size")
	}
	file, err := header.Open()
	if err != nil {
		return "", say("problem.sheet_encoding")
	}
	defer file.Close() //nolint:errcheck // it was only read
	raw, err := io.ReadAll(io.LimitReader(file, maxUpload))
	if err != nil {
		return "", say("problem.sheet_encoding")
	}
	if bytes.HasPrefix(raw, []byte("PK\x03\x04")) || bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0")) {
		return "", say("problem.sheet_workbook")
	}
	// spreadsheets write UTF-8 and UTF-16 with a byte order mark
	text, _, err := transform.Bytes(unicode.BOMOverride(unicode.UTF8.NewDecoder()), raw)
	if err != nil || !utf8.Valid(raw) && !bytes.HasPrefix(raw, []byte("\xff\xfe")) && !bytes.HasPrefix(raw, []byte("\xfe\xff")) ||
		bytes.ContainsAny(text, "\x00") {
		return "", say("problem.sheet_encoding")
	}
	return string(text), nil
}

// fillForm shows the form with a list that was pasted or uploaded, and every line of it that is wrong. All else is kept as it
// was typed, and not looked at yet.
func (s *server) fillForm(c echo.Context, e entered, decoded orders.Decoded, path string) error {
	var problems field.Problems
	checked, err := s.Service.Check(c.Request().Context(), who(c), decoded, e.ask())
	var told *orders.Error
	switch {
	case errors.As(err, &told) && told.Code == orders.CodeInvalid:
		problems = told.Problems
	case err != nil:
		return err
	default:
		problems = checked.Problems
	}
	ofList := slices.DeleteFunc(slices.Clone(problems), func(p field.Problem) bool {
		return p.Path != path && !strings.HasPrefix(p.Path, path+"[")
	})
	return s.showForm(c, http.StatusOK, e, decoded.Inputs, ofList, templates.PriceView{})
}

// retried is the form of a new order for those desktops of a request that failed, or were not sent, and were not ordered
// again since.
func (s *server) retried(c echo.Context, kind orders.Kind, id, of string) (entered, error) {
	progress, err := s.Service.Progress(c.Request().Context(), who(c), id)
	if err != nil {
		return entered{}, err
	}
	if progress.Orders[0].Kind != kind.Name() {
		return entered{}, orders.ErrNotFound
	}
	want := orders.Result.Failed
	if of == "unsent" {
		want = orders.Result.Unsent
	}
	body, first, err := progress.Again(want)
	if err != nil {
		return entered{}, err
	}
	e := entered{kind: kind, order: orders.NewID(), repeatOf: first, team: progress.Orders[0].Team}
	e.tree, _ = field.FromJSON(body)
	e.tree.Whole()
	return e, nil
}
