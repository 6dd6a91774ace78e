package identity

import "net/http"

// CloseChunked ends the connection after every request that says its length by Transfer-Encoding. Where a request ends is
// what a proxy and a server may disagree on when it gives two lengths, and net/http tells nobody about the second; what the
// proxy took for the rest of a body would be read as the next request, from a trusted peer and with headers that the proxy
// never saw. Without a next request there is nothing to smuggle. It goes around everything that a Source guards.
func CloseChunked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
