package cloudhttp

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"workspace-order-console/internal/cloud"
)

// misbehave answers a call, with the faults that happen to it. One fault decides what becomes of the call, the first
// that happens; being late and being lost go with whatever else happens.
func (s *Server) misbehave(w http.ResponseWriter, r route, c *call) {
	var decides, late, lost *rule
	for _, rule := range s.rules {
		if !rule.happens(r.name) {
			continue
		}
		switch {
		case rule.kind == faultLate && late == nil:
			late = rule
		case rule.kind == faultLost && lost == nil:
			lost = rule
		case rule.kind != faultLate && rule.kind != faultLost && decides == nil:
			decides = rule
		}
	}
	for _, rule := range []*rule{decides, late, lost} {
		if rule != nil {
			s.config.Logger.Info("fault", "fault", rule.String(), "route", r.name, "request_id", w.Header().Get("X-Request-Id"))
		}
	}
	a, instead := answer{}, false
	if decides != nil {
		a, instead = s.instead(w, c, r, decides)
	}
	if !instead {
		a = r.do(s, c)
		if lost != nil {
			s.lost.add(ordersIn(a), s.config.Now().Add(lost.wait))
		}
	}
	if late != nil {
		s.wait(w, c, late.wait)
	}
	if decides == nil || instead {
		s.write(w, a)
		return
	}
	s.spoil(w, c, r, decides, a)
}

// instead is the answer of a fault that keeps the call from being done.
func (s *Server) instead(w http.ResponseWriter, c *call, r route, f *rule) (a answer, instead bool) {
	const onPurpose = " (made to happen by --fault)"
	code := func(usual string) string {
		if f.code != "" {
			return f.code
		}
		return usual
	}
	parameter := codeParameter
	if r.group == groupBilling {
		parameter = codeBillParameter
	}
	switch f.kind {
	case faultRefuse:
		return refused(http.StatusBadRequest, code(parameter), "The request is refused"+onPurpose+"."), true
	case fault409:
		return refused(http.StatusConflict, code(codeConflict), "The operation is in conflict with another one"+onPurpose+"."), true
	case fault429:
		seconds := max(1, int(f.wait/time.Second))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		return gatewayError(w, http.StatusTooManyRequests, codeThrottled, "The throttling threshold has been reached"+onPurpose), true
	case fault200Error:
		return refused(http.StatusOK, code(codeInternal), "The request failed"+onPurpose+"."), true
	case faultHangBefore:
		s.hang(w, c, f.wait)
	case faultDropBefore:
		panic(http.ErrAbortHandler)
	}
	if status, found := strings.CutSuffix(f.kind, suffixBefore); found {
		return broken(w, status), true
	}
	return a, false
}

// broken is a 5xx: 500 in the words of the service, the others in those of the gateway.
func broken(w http.ResponseWriter, status string) answer {
	switch status {
	case "502":
		return gatewayError(w, http.StatusBadGateway, codeGateway, "Backend unavailable")
	case "503":
		return gatewayError(w, http.StatusServiceUnavailable, codeGateway, "Service unavailable")
	case "504":
		return gatewayError(w, http.StatusGatewayTimeout, codeGateway, "Backend timeout")
	}
	return outOfOrder()
}

// spoil writes the answer of a call that was done as the fault wants it.
func (s *Server) spoil(w http.ResponseWriter, c *call, r route, f *rule, a answer) {
	switch f.kind {
	case faultHangAfter:
		s.hang(w, c, f.wait)
	case faultDropAfter:
		panic(http.ErrAbortHandler)
	case faultCut:
		s.cut(w, a)
	case faultWrongJSON:
		// The answer looks whole to HTTP and breaks off within its JSON.
		text := a.body[:len(a.body)/2]
		if len(text) == 0 {
			text = []byte("{")
		}
		s.write(w, answer{a.status, text})
	case fault200ErrAfter:
		code := f.code
		if code == "" {
			code = codeInternal
		}
		s.write(w, refused(http.StatusOK, code, "The request failed (made to happen by --fault)."))
	default:
		s.write(w, broken(w, strings.TrimSuffix(f.kind, suffixAfter)))
	}
}

// hang holds the request until its caller gives up, the time is over or the server is closed, and then drops the
// connection without an answer.
func (s *Server) hang(w http.ResponseWriter, c *call, d time.Duration) {
	s.wait(w, c, d)
	panic(http.ErrAbortHandler)
}

// wait waits for a time, without end when it is 0, unless the caller goes away or the server is closed.
func (s *Server) wait(w http.ResponseWriter, c *call, d time.Duration) {
	// The server's own deadlines would end the waiting, or the answer after it.
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Time{})
	_ = connection.SetWriteDeadline(time.Time{})
	var over <-chan time.Time
	if d > 0 {
		over = s.config.After(d)
	}
	select {
	case <-over:
	case <-c.Context().Done():
	case <-s.closed:
	}
}

// cut sends the first half of an answer and drops the connection. Of an answer without a body nothing is sent.
func (s *Server) cut(w http.ResponseWriter, a answer) {
	if half := len(a.body) / 2; half > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
		s.write(w, answer{a.status, a.body[:half]})
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler)
}

// ordersIn are the orders that an answer tells of.
func ordersIn(a answer) (ids []string) {
	var told struct {
		cloud.Entry
		Orders []cloud.Entry `json:"orders"`
	}
	if a.status != http.StatusOK || json.Unmarshal(a.body, &told) != nil {
		return nil
	}
	for _, entry := range append(told.Orders, told.Entry) {
		if entry.Placed() {
			ids = append(ids, entry.OrderID)
		}
	}
	return ids
}

// lostOrders are orders that the list of orders does not know of yet.
type lostOrders struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func (l *lostOrders) add(ids []string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until == nil {
		l.until = map[string]time.Time{}
	}
	for _, id := range ids {
		l.until[id] = until
	}
}

// now are the orders that are lost at a moment. The others are forgotten.
func (l *lostOrders) now(at time.Time) (ids []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, until := range l.until {
		if !at.Before(until) {
			delete(l.until, id)
			continue
		}
		ids = append(ids, id)
	}
	return ids
}
