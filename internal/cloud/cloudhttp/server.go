// Package cloudhttp serves the embedded cloud over HTTP as the real cloud's API does (docs/wire.md): the same paths,
// names, paging, status numbers and error bodies, behind signatures and tokens that are really verified. Programs that use the
// official SDK run against it as they are. It can be made to misbehave on purpose (docs/cloud.md).
package cloudhttp

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/embedded"
)

// Config says whose cloud is served, and how.
type Config struct {
	Cloud *embedded.Cloud
	// AK and SK are the one key pair that there is; none when AK is empty.
	AK string
	SK auth.Secret
	// Tokens are taken in the place of a signature.
	Tokens []Token
	// ProjectID is the project there is, DomainID the account; an empty DomainID is not held against requests.
	ProjectID, DomainID string
	// Region is what answers call the region.
	Region string
	// Faults go wrong on purpose; FaultSeed makes their chances repeatable.
	Faults    []Fault
	FaultSeed uint64
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// After is what late answers wait by; time.After when nil.
	After func(time.Duration) <-chan time.Time
	// Logger gets every fault that happened; nothing is written when nil.
	Logger *slog.Logger
}

// Server is the cloud's API. Close lets go of the requests that a fault holds.
type Server struct {
	config Config
	mux    *http.ServeMux
	rules  []*rule
	lost   lostOrders
	closed chan struct{}
	close  sync.Once
}

// maxBody is more than a hundred desktops with all that can be said of them take.
const maxBody = 1 << 20

// New makes the handler of a cloud.
func New(config Config) *Server {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.After == nil {
		config.After = time.After
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{config: config, mux: http.NewServeMux(), closed: make(chan struct{})}
	for i, fault := range config.Faults {
		s.rules = append(s.rules, newRule(fault, config.FaultSeed, uint64(i)))
	}
	for _, r := range routes {
		s.mux.Handle(r.method+" "+r.path, s.served(r))
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.noSuchAPI(w, r) })
	return s
}

// Close ends the waiting of requests that a fault made hang or be late: those are dropped, these answered at once. The
// server around the handler is not touched.
func (s *Server) Close() { s.close.Do(func() { close(s.closed) }) }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Request-Id", newRequestID())
	// The mux would redirect a path that is not clean, which no gateway does.
	if clean := path.Clean("/" + r.URL.Path); clean != strings.TrimSuffix(r.URL.Path, "/") && clean != r.URL.Path {
		s.noSuchAPI(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

func newRequestID() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	return hex.EncodeToString(id)
}

// call is a request that was let in, with its body.
type call struct {
	*http.Request
	body []byte
}

// lasting is a context for what must not be left half done when the caller goes away: what was received is taken.
func (c *call) lasting() context.Context { return context.WithoutCancel(c.Context()) }

// answer is an answer before it is written, so that a fault can spoil it.
type answer struct {
	status int
	body   []byte
}

// served lets a request in and answers it.
func (s *Server) served(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxBody))
		if err != nil {
			var large *http.MaxBytesError
			if errors.As(err, &large) {
				s.write(w, gatewayError(w, http.StatusRequestEntityTooLarge, codeGateway, "Request entity too large"))
			}
			return // whoever does not send all of a request gets no answer
		}
		if no, refused := s.letIn(w, request, body); refused {
			s.write(w, no)
			return
		}
		s.misbehave(w, r, &call{request, body})
	})
}

// write writes an answer.
func (s *Server) write(w http.ResponseWriter, a answer) {
	if len(a.body) > 0 {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(a.status)
	if _, err := w.Write(a.body); err != nil {
		s.config.Logger.Debug("answer not written", "error", err)
	}
}

// told is an answer of a value as JSON.
func told(value any) answer {
	body, err := json.Marshal(value)
	if err != nil {
		return outOfOrder()
	}
	return answer{http.StatusOK, body}
}

// refused is an error in the words of a service.
func refused(status int, code, msg string) answer {
	body, _ := json.Marshal(map[string]string{"error_code": code, "error_msg": msg})
	return answer{status, body}
}

func outOfOrder() answer {
	return refused(http.StatusInternalServerError, codeInternal, "The service is out of order.")
}

// failed is the embedded cloud's error as the API writes it.
func failed(err error) answer {
	var e *cloud.Error
	if errors.As(err, &e) && e.HTTPStatus != 0 {
		return refused(e.HTTPStatus, e.Code, e.Msg)
	}
	return outOfOrder()
}

// Codes beside the embedded cloud's own. Their shape is the real one's (docs/wire.md section 5.2).
const (
	codeParameter     = "WKS.00010001"
	codeNotFound      = "WKS.00010004"
	codeConflict      = "WKS.00010022"
	codeInternal      = "WKS.00000500"
	codeBillParameter = "CBC.99000001"
)
