package static

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func get(t *testing.T, address string, headers ...string) *http.Response {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, address, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	Handler().ServeHTTP(recorder, request)
	return recorder.Result()
}

func TestEveryFileIsServedAtItsHashedAddress(t *testing.T) {
	types := map[string]string{
		"app.css":            "text/css; charset=utf-8",
		"app.js":             "text/javascript; charset=utf-8",
		"icons.svg":          "image/svg+xml",
		"favicon.svg":        "image/svg+xml",
		"vendor/htmx.min.js": "text/javascript; charset=utf-8",
	}
	for name, contentType := range types {
		t.Run(name, func(t *testing.T) {
			assert.Regexp(t, `^/static/[0-9a-f]{16}/`+regexp.QuoteMeta(name)+`$`, Path(name))
			response := get(t, Path(name))
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			assert.Equal(t, http.StatusOK, response.StatusCode)
			assert.Equal(t, contentType, response.Header.Get("Content-Type"))
			assert.Equal(t, "public, max-age=31536000, immutable", response.Header.Get("Cache-Control"))
			assert.Empty(t, response.Header.Get("Content-Encoding"))
			assert.Equal(t, assets[name].plain, body)
		})
	}
}

func TestGzipIsSentToThoseWhoTakeIt(t *testing.T) {
	for header, want := range map[string]string{
		"gzip, deflate, br": "gzip",
		"br;q=1.0, gzip":    "gzip",
		"*":                 "gzip",
		"gzip;q=0":          "",
		"gzip; q=0.0, *":    "",
		"identity":          "",
	} {
		t.Run(header, func(t *testing.T) {
			response := get(t, Path("app.css"), "Accept-Encoding", header)
			assert.Equal(t, want, response.Header.Get("Content-Encoding"))
			assert.Equal(t, "Accept-Encoding", response.Header.Get("Vary"))
			reader := io.Reader(response.Body)
			if want == "gzip" {
				unpacked, err := gzip.NewReader(response.Body)
				require.NoError(t, err)
				reader = unpacked
			}
			body, err := io.ReadAll(reader)
			require.NoError(t, err)
			assert.Equal(t, assets["app.css"].plain, body)
		})
	}
}

func TestUnknownAddressesAreNotFound(t *testing.T) {
	for _, address := range []string{
		"/static/", "/static/app.css", "/static/0000000000000000/app.css", Path("app.css") + "x", "/static/../static.go",
	} {
		response := get(t, address)
		assert.Equal(t, http.StatusNotFound, response.StatusCode, address)
		assert.Empty(t, response.Header.Get("Cache-Control"), address)
	}
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	recorder := httptest.NewRecorder()
	Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, Path("app.css"), nil))
	assert.Equal(t, http.StatusMethodNotAllowed, recorder.Code)

	recorder = httptest.NewRecorder()
	Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodHead, Path("app.css"), nil))
	assert.Equal(t, http.StatusOK, recorder.Code)
	assert.Empty(t, recorder.Body.String())
	assert.NotEmpty(t, recorder.Header().Get("Content-Length"))
}

func TestAFileThatTheBrowserHasIsNotSentAgain(t *testing.T) {
	etag := get(t, Path("app.js")).Header.Get("ETag")
	require.NotEmpty(t, etag)
	assert.Equal(t, http.StatusNotModified, get(t, Path("app.js"), "If-None-Match", etag).StatusCode)
}

func TestAMissingNameIsAMistakeInATemplate(t *testing.T) {
	assert.PanicsWithValue(t, `static: there is no file "app.scss"`, func() { Path("app.scss") })
}

// The first visit loads these files; together they stay well below 60 kB on the wire.
func TestTheFirstLoadIsSmall(t *testing.T) {
	total := 0
	for _, name := range []string{"app.css", "app.js", "icons.svg", "favicon.svg", "vendor/htmx.min.js"} {
		if packed := assets[name].gzip(); packed != nil {
			total += len(packed)
		} else {
			total += len(assets[name].plain)
		}
	}
	assert.Less(t, total, 40_000)
}

// A browser under the console's Content-Security-Policy runs no inline script and applies no inline style, so neither
// may hide in our own files.
func TestNothingNeedsAWeakerPolicy(t *testing.T) {
	for _, name := range []string{"icons.svg", "favicon.svg"} {
		assert.NotContains(t, string(assets[name].plain), "<script", name)
		assert.NotContains(t, string(assets[name].plain), "style=", name)
	}
	script := string(assets["app.js"].plain)
	for _, word := range []string{"eval(", "new Function", ".style.", "innerHTML", "http:", "https:"} {
		assert.NotContains(t, script, word)
	}
	assert.NotContains(t, string(assets["app.css"].plain), "@import")
}
