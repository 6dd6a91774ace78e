package sign_test

import (
	"io"
	"reflect"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud/sign"
)

// TestTheOfficialSignerIsUnderstood lets the SDK sign and send, and this package verify and sign the same.
func TestTheOfficialSignerIsUnderstood(t *testing.T) {
	t.Parallel()
	type body struct {
		Type string `json:"type"`
	}
	for name, build := range map[string]func(*request.HttpRequestBuilder){
		"an order": func(b *request.HttpRequestBuilder) {
			b.WithMethod("POST").WithPath("/v2/{project_id}/periodic/subscribe/order").WithBody("", &body{"a<b>&c ü"}).
				AddHeaderParam("Content-Type", "application/json")
		},
		"a path that wants escaping": func(b *request.HttpRequestBuilder) {
			b.WithMethod("POST").WithPath("/v2/{project_id}/periodic/{desktop_id}/change/order").
				AddPathParam("desktop_id", "d/1 2+3%:@~ü").WithBody("", &body{"resizeDesktops"})
		},
		"a path that ends in a slash": func(b *request.HttpRequestBuilder) { b.WithMethod("GET").WithPath("/v2/x/") },
		"no path":                     func(b *request.HttpRequestBuilder) { b.WithMethod("GET").WithPath("") },
		"a query": func(b *request.HttpRequestBuilder) {
			b.WithMethod("GET").WithPath("/v2/{project_id}/desktops/detail").
				AddQueryParam("desktop_id", reflect.ValueOf([]string{"b", "a", "a b&c=d+e"})).
				AddQueryParam("computer_name", reflect.ValueOf("")).
				AddQueryParam("limit", reflect.ValueOf(int32(10))).
				AddQueryParam("A", reflect.ValueOf("ü=/~*'"))
		},
		"headers of all kinds": func(b *request.HttpRequestBuilder) {
			b.WithMethod("GET").WithPath("/v2/orders/customer-orders").AddHeaderParam("X-Language", " en_US ").
				AddHeaderParam("under_score", "not signed").AddHeaderParam("X-Domain-Id", "domain").AddHeaderParam("X-Security-Token", "t=/+")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			builder := request.NewHttpRequestBuilder().WithEndpoint("http://127.0.0.1:9090").
				AddHeaderParam("User-Agent", "huaweicloud-usdk-go/3.0; test").AddHeaderParam("X-Sdk-Date", now.Format("20060102T150405Z"))
			build(builder)
			asked := builder.AddAutoFilledPathParam("project_id", "project").AddHeaderParam("X-Project-Id", "project").Build()
			added, err := signer.Sign(asked, ak, sk)
			require.NoError(t, err)
			for header, value := range added {
				asked.AddHeaderParam(header, value)
			}
			r, err := asked.ConvertRequest()
			require.NoError(t, err)
			sent, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			got := received(t, r, sent)

			key, err := sign.Verify(got, sent, keys, now)
			require.NoError(t, err)
			assert.Equal(t, ak, key)

			theirs := got.Header.Get("Authorization")
			for _, extra := range []string{"Content-Length", "Accept-Encoding", "under_score"} {
				got.Header.Del(extra) // what the transport added, or neither signs
			}
			require.NoError(t, sign.Sign(got, sent, ak, sk, now))
			assert.Equal(t, theirs, got.Header.Get("Authorization"))

			got.Header.Set("Authorization", theirs)
			_, err = sign.Verify(got, append(sent, ' '), keys, now)
			assert.ErrorIs(t, err, sign.ErrAltered)
		})
	}
}
