package handlers

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// auditQuery are the filters of the log as they stand in the URL.
func (s *server) auditQuery(c echo.Context) (audit.Filter, error) {
	query := c.QueryParams()
	f := audit.Filter{Scope: who(c).Scope(), Action: query.Get("action"), Object: strings.TrimSpace(query.Get("object")),
		Door: query.Get("door"), Text: strings.TrimSpace(query.Get("q")), Limit: listSize, Before: number(query.Get("after"))}
	var err error
	if f.Actor, err = s.subject(c, query.Get("actor")); err != nil {
		return f, err
	}
	if f.From, f.Until, err = days(query); err != nil {
		return f, err
	}
	if f.Before == 0 {
		f.After = number(query.Get("before"))
	}
	if f.Before+f.After == 0 && query.Get("after")+query.Get("before") != "" {
		return f, errFilter
	}
	return f, nil
}

// audit is the log with its filters, as a page or as JSON.
func (s *server) audit(c echo.Context) error {
	query := c.QueryParams()
	f, err := s.auditQuery(c)
	if err != nil {
		return err
	}
	page, err := s.Audit.Audit(c.Request().Context(), f)
	if err != nil {
		return err
	}
	older := turned("/audit", query, "after", numberText(page.Older))
	if negotiated(c) {
		items := make([]map[string]any, len(page.Items))
		for i, entry := range page.Items {
			items[i] = entryJSON(entry)
		}
		return c.JSON(http.StatusOK, jsonList(items, older))
	}
	saved, err := s.savedViews(c, "audit", c.QueryParams())
	if err != nil {
		return err
	}
	view := templates.AuditView{Entries: page.Items, Saved: saved, Query: query, Now: s.Now(),
		Pager: templates.PagerView{Older: older, Newer: turned("/audit", query, "before", numberText(page.Newer))}}
	return render(c, http.StatusOK, templates.AuditPage(s.page(c, "audit.title", templates.NavAudit), view))
}

// exportAudit is the log behind its filters, as a file.
func (s *server) exportAudit(c echo.Context) error {
	f, err := s.auditQuery(c)
	if err != nil {
		return err
	}
	f.Before, f.After, f.Limit = 0, 0, exportPage
	return export(s, c, exported[audit.Entry]{
		Name:    "audit",
		JSON:    func(e audit.Entry) any { return entryJSON(e) },
		Columns: entryColumns,
		Page: func(ctx context.Context, after string) ([]audit.Entry, string, error) {
			f.Before = number(after)
			page, err := s.Audit.Audit(ctx, f)
			return page.Items, numberText(page.Older), err
		},
	})
}

// entryColumns are the columns of the log's CSV.
var entryColumns = []exportColumn[audit.Entry]{
	{"seq", func(e audit.Entry) string { return numberText(e.Seq) }},
	{"time", func(e audit.Entry) string { return e.Time.UTC().Format(time.RFC3339Nano) }},
	{"actor", func(e audit.Entry) string { return e.Actor }},
	{"door", func(e audit.Entry) string { return e.Door }},
	{"address", func(e audit.Entry) string { return e.Address }},
	{"action", func(e audit.Entry) string { return e.Action }},
	{"object", func(e audit.Entry) string { return e.Object }},
	{"team", func(e audit.Entry) string { return e.Team }},
	{"details", func(e audit.Entry) string { return string(e.Details) }},
	{"request_id", func(e audit.Entry) string { return e.RequestID }},
}

// auditEntry is one entry.
func (s *server) auditEntry(c echo.Context) error {
	seq := number(c.Param("seq"))
	if seq < 1 {
		return orders.ErrNotFound
	}
	entry, err := s.Audit.AuditEntry(c.Request().Context(), who(c).Scope(), seq)
	if err != nil {
		return err
	}
	if negotiated(c) {
		return c.JSON(http.StatusOK, entryJSON(entry))
	}
	return render(c, http.StatusOK, templates.AuditEntryPage(s.page(c, "audit.entry_title", templates.NavAudit, "seq", c.Param("seq")), entry))
}

// number reads a positive whole number; anything else is 0.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func numberText(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// entryJSON is an entry as scripts read it (design, "Machine-readable handles").
func entryJSON(e audit.Entry) map[string]any {
	return map[string]any{"seq": e.Seq, "time": e.Time.UTC().Format(time.RFC3339Nano), "actor": e.Actor, "door": e.Door,
		"address": e.Address, "action": e.Action, "object": e.Object, "details": e.Details, "request_id": e.RequestID}
}
