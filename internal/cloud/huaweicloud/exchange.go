package huaweicloud

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer/algorithm"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/def"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/impl"
	sdkrequest "github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/response"

	"workspace-order-console/internal/cloud"
)

// operation is one call of the cloud's API. Its name is what metrics count it by.
type operation struct {
	name    string
	service service
	method  string
	path    string
}

// request has a field for everything a request of this package can carry; what is nil is not sent: the SDK wants
// omitempty for that. It takes where a field goes, and under which name, from definitions that are made of the other tag.
type request struct {
	// Body is a text and not a json.RawMessage: the SDK sends a text byte for byte, where it would shift the white space
	// of JSON about and add a line break.
	Body *string `json:",omitempty" body:"body"`

	DesktopID *string `json:",omitempty" path:"desktop_id"`
	PoolID    *string `json:",omitempty" path:"pool_id"`
	OrderID   *string `json:",omitempty" path:"order_id"`
	Language  *string `json:",omitempty" header:"X-Language"`

	// The lists of users and groups want limit and offset as texts; in a query everything is one.
	Limit           *string `json:",omitempty" query:"limit"`
	Offset          *string `json:",omitempty" query:"offset"`
	ChargeMode      *string `json:",omitempty" query:"charge_mode"`
	OrderIDQuery    *string `json:",omitempty" query:"order_id"`
	CreateTimeBegin *string `json:",omitempty" query:"create_time_begin"`
	CreateTimeEnd   *string `json:",omitempty" query:"create_time_end"`
	ServiceTypeCode *string `json:",omitempty" query:"service_type_code"`
	Status          *string `json:",omitempty" query:"status"`
	OrderBy         *string `json:",omitempty" query:"order_by"`
}

// fields are the SDK's definitions of the request's fields.
var fields = func() (list []*def.FieldDef) {
	locations := map[string]def.LocationType{"body": def.Body, "path": def.Path, "header": def.Header, "query": def.Query}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[request]()) {
		for tag, location := range locations {
			if name, ok := field.Tag.Lookup(tag); ok {
				list = append(list, def.NewFieldDef().WithName(field.Name).WithJsonTag(name).WithLocationType(location))
			}
		}
	}
	return list
}()

// raw is what the SDK is given to put the answer in. A ReadCloser named Body makes it leave the answer alone: the bytes
// have been kept already, and are decoded here.
type raw struct {
	Body           io.ReadCloser
	HttpStatusCode int
}

// answer is what came back of one exchange.
type answer struct {
	// status is 0 when no headers came; whole tells that the body came to its end.
	status    int
	whole     bool
	requestID string
	header    http.Header
	body      []byte
}

// Sizes of answers. That of an order holds a hundred entries many times over.
const (
	readSize  = 8 << 20
	writeSize = 1 << 20
)

// exchange makes one call through the SDK: signing, sending, reading. Whatever comes back as an error is a
// *cloud.Error. With a gate it is a call with an effect.
func (c *Cloud) exchange(ctx context.Context, op operation, req *request, g *gate) (*answer, error) {
	at := c.endpoints[op.service]
	trip := &trip{ctx: ctx, next: c.wires.reads, limit: readSize, secrets: c.secrets}
	if g != nil {
		trip.ctx, trip.next, trip.limit = context.WithValue(ctx, gateKey{}, g), c.wires.writes, writeSize
	}
	// The SDK knows no contexts. A client costs two small structs, so each call has its own, whose round tripper
	// carries this call's context; the connections behind it are shared. No timeout is set: the context has it.
	client := core.NewHcHttpClient(impl.NewDefaultHttpClient(&config.HttpConfig{RoundTripper: trip, UserAgent: c.userAgent,
		IgnoreContentTypeForGetRequest: true, SigningAlgorithm: algorithm.GetDefaultSigningAlgorithm()})).
		WithEndpoints([]string{at.url}).WithCredential(at.credential).WithErrorHandler(trip)
	_, err := client.Sync(req, &def.HttpRequestDef{Method: op.method, Path: op.path, ContentType: "application/json",
		RequestFields: fields, Response: &raw{}})
	sent := trip.started
	if g != nil {
		sent = g.shut()
	}
	return &trip.answer, c.failure(err, &trip.answer, sent)
}

// failure says what an exchange's error means.
func (c *Cloud) failure(err error, a *answer, sent bool) error {
	if err == nil {
		return nil
	}
	var said *cloud.Error
	if errors.As(err, &said) {
		return said
	}
	e := &cloud.Error{Outcome: cloud.OutcomeUnknown, HTTPStatus: a.status, RequestID: a.requestID}
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err // without the method and the URL, which the reader knows
	}
	var dial *dialError
	e.Err = hidden{text: string(c.secrets.hide([]byte(err.Error()))), err: err}
	switch {
	case a.status != 0:
		e.Msg = "the answer was cut off: " + e.Err.Error()
	case !sent || errors.As(err, &dial):
		e.Outcome = cloud.OutcomeNotSent
		e.Msg = "the cloud was not reached: " + e.Err.Error()
	default:
		e.Msg = "no answer came: " + e.Err.Error()
	}
	return e
}

// hidden is an error whose text has no secrets in it.
type hidden struct {
	text string
	err  error
}

func (h hidden) Error() string { return h.text }

// Is keeps errors.Is working without handing out the error itself.
func (h hidden) Is(target error) bool { return errors.Is(h.err, target) }

// trip is the round tripper and the error handler of one call.
type trip struct {
	answer
	ctx     context.Context
	next    http.RoundTripper
	limit   int64
	secrets *secrets
	// started tells that the request was handed to the network.
	started bool
}

var errTooLarge = errors.New("it is too large")

// RoundTrip implements http.RoundTripper: it puts the context on the request, makes sure that nothing can be sent
// twice, and reads the answer's body within the same deadline.
func (t *trip) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.started {
		// The client is told not to follow redirects; should it ever, it does not get past here.
		return nil, errors.New("a second request for one call")
	}
	t.started = true
	req = req.WithContext(t.ctx)
	req.GetBody = nil // without it http.Transport cannot send the body again
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	t.status, t.header = resp.StatusCode, resp.Header
	t.requestID = string(t.secrets.hide([]byte(resp.Header.Get("X-Request-Id"))))
	t.body, err = io.ReadAll(io.LimitReader(resp.Body, t.limit+1))
	if int64(len(t.body)) > t.limit {
		t.body, err = t.body[:t.limit], errTooLarge
	}
	t.whole = err == nil
	if t.status < 200 || t.status > 299 || err != nil || bytes.Contains(t.body, []byte(`"error`)) {
		t.body = t.secrets.hide(t.body)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", resp.Status, err)
	}
	// A Location that does not parse would make the client fail with an error of its own.
	resp.Header = resp.Header.Clone()
	resp.Header.Del("Location")
	resp.Body = io.NopCloser(bytes.NewReader(t.body))
	return resp, nil
}

// HandleError implements the SDK's sdkerr.ErrorHandler. The SDK's own takes a 3xx and a 200 with an error in it for
// success, and drops error_detail.
func (t *trip) HandleError(*sdkrequest.DefaultHttpRequest, *response.DefaultHttpResponse) error {
	if e := said(&t.answer); e != nil {
		return e
	}
	return nil
}

// said is the error that an answer tells, nil when it tells none.
func said(a *answer) *cloud.Error {
	if a.status < 200 || a.status > 299 {
		return cloud.ReadError(a.status, a.requestID, a.body)
	}
	if !bytes.Contains(a.body, []byte(`"error`)) && !bytes.Contains(a.body, []byte(`"code"`)) {
		return nil
	}
	// Errors of a 2xx are told by their code; without one ReadError has only found a text.
	if e := cloud.ReadError(a.status, a.requestID, a.body); e.Code != "" {
		return e
	}
	return nil
}
