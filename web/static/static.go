// Package static holds the files that a browser loads beside the pages: the stylesheet, the scripts and the icons.
// They are part of the binary, and each is served at an address that carries the hash of its content, so a browser
// may keep it for ever and a new release is seen at once. The package knows nobody and imports the standard library only.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// Prefix is where Handler is to be mounted.
const Prefix = "/static/"

//go:embed app.css app.js favicon.svg icons.svg icons.LICENSE vendor
var files embed.FS

// asset is one file as it is served.
type asset struct {
	path        string
	contentType string
	etag        string
	plain       []byte
	// gzip compresses when it is first asked for, so that nobody waits for it at the start; nil when that gains nothing.
	gzip func() []byte
}

// assets maps a file's name ("app.css") to the file; byPath maps its address to it.
var assets, byPath = load(files)

// Path is the address of the named file ("app.css", "vendor/htmx.min.js"). It panics for a name that does not exist,
// because that is a mistake in a template, and every test that renders the template finds it.
func Path(name string) string {
	a, ok := assets[name]
	if !ok {
		panic(fmt.Sprintf("static: there is no file %q", name))
	}
	return a.path
}

// Handler serves the files below Prefix. An address whose hash is not the file's own is not found: an answer that a
// browser keeps for a year must never be the wrong one.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := byPath[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		header := w.Header()
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
		header.Set("Content-Type", a.contentType)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Vary", "Accept-Encoding")
		body, etag := a.plain, a.etag
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			if packed := a.gzip(); packed != nil {
				header.Set("Content-Encoding", "gzip")
				body, etag = packed, a.etag+"-gzip"
			}
		}
		etag = `"` + etag + `"`
		header.Set("ETag", etag)
		if strings.Contains(r.Header.Get("If-None-Match"), etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		header.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method == http.MethodHead {
			return
		}
		// the client is gone when this fails; there is nobody to tell
		_, _ = w.Write(body)
	})
}

// acceptsGzip tells whether an Accept-Encoding header allows gzip: it is named, or covered by *, and not with q=0.
func acceptsGzip(header string) bool {
	accepted := false
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(strings.ToLower(strings.TrimSpace(part)), ";")
		coding = strings.TrimSpace(coding)
		if coding != "gzip" && coding != "*" {
			continue
		}
		quality, given := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		weight, err := strconv.ParseFloat(quality, 64)
		accepted = !given || (err == nil && weight > 0)
		if coding == "gzip" {
			return accepted
		}
	}
	return accepted
}

// load reads every file once. The embedded files are fixed when the program is built, so a failure here
// is a broken build and panics.
func load(from fs.FS) (byName, byAddress map[string]*asset) {
	byName, byAddress = map[string]*asset{}, map[string]*asset{}
	err := fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		hash := hex.EncodeToString(sum[:8])
		a := &asset{path: Prefix + hash + "/" + name, contentType: contentType(name), etag: hash, plain: body,
			gzip: sync.OnceValue(func() []byte { return compress(body) })}
		byName[name], byAddress[a.path] = a, a
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("static: %v", err))
	}
	return byName, byAddress
}

// compress returns nil when it gains nothing.
func compress(body []byte) []byte {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(body)
		err = errors.Join(err, w.Close())
	}
	if err != nil || packed.Len() >= len(body) {
		return nil // only the plain file is served then
	}
	return packed.Bytes()
}

// contentType is fixed for the kinds that are here: the system's own MIME table may differ from machine to machine.
func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".LICENSE":
		return "text/plain; charset=utf-8"
	default:
		if kind := mime.TypeByExtension(ext); kind != "" {
			return kind
		}
		return "application/octet-stream"
	}
}
