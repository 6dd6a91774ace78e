package e2e

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// person is somebody whom the identity provider knows.
type person struct {
	email  string
	groups []string
}

// provider is a company's sign-in, with the addresses that oauth2-proxy has: a proxy asks it about every request. It knows a
// browser by its cookie, and has no passwords.
type provider struct {
	*httptest.Server

	mu     sync.Mutex
	people map[string]person
	ended  map[string]bool // whose sign-in holds no more
	forged int             // requests that came with a header in which the proxy tells the console who it is
}

// startProvider runs an identity provider for the time of the test.
func startProvider(t *testing.T, people map[string]person) *provider {
	t.Helper()
	p := &provider{people: people, ended: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth2/auth", p.auth)
	mux.HandleFunc("GET /oauth2/start", p.start)
	mux.HandleFunc("POST /oauth2/callback", p.callback)
	mux.HandleFunc("GET /oauth2/sign_out", p.signOut)
	mux.HandleFunc("GET /oauth2/sign_in", p.start)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Forwarded-User")+r.Header.Get("X-Forwarded-Email")+r.Header.Get("X-Forwarded-Groups") != "" {
			p.mu.Lock()
			p.forged++
			p.mu.Unlock()
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// upstream is its address as a proxy wants it.
func (p *provider) upstream() string { return strings.TrimPrefix(p.URL, "http://") }

// regroup changes somebody's groups.
func (p *provider) regroup(name string, groups ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.people[name] = person{p.people[name].email, groups}
}

// end ends somebody's sign-in, or lets them have one again.
func (p *provider) end(name string, ended bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended[name] = ended
}

// sawForged tells how many requests came with such a header.
func (p *provider) sawForged() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.forged
}

const cookieOfProvider = "sso"

// auth tells who a request is from, 401 when nobody is signed in.
func (p *provider) auth(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	cookie, err := r.Cookie(cookieOfProvider)
	if err != nil || p.ended[cookie.Value] {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	who, known := p.people[cookie.Value]
	if !known {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.Header().Set("X-Auth-Request-User", cookie.Value)
	// like oauth2-proxy, it sends no header for what it does not know
	if who.email != "" {
		w.Header().Set("X-Auth-Request-Email", who.email)
	}
	if len(who.groups) > 0 {
		w.Header().Set("X-Auth-Request-Groups", strings.Join(who.groups, ","))
	}
	w.WriteHeader(http.StatusAccepted)
}

// start is the sign-in page.
func (p *provider) start(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	back := r.Header.Get("X-Auth-Request-Redirect")
	if back == "" {
		back = "/"
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><title>Company sign-in</title><h1>Who are you?</h1><form method="post" action="/oauth2/callback">`+
		`<input type="hidden" name="rd" value="%s">`, html.EscapeString(back))
	for name := range p.people {
		fmt.Fprintf(w, `<button name="user" value="%s">%[1]s</button>`, html.EscapeString(name))
	}
	fmt.Fprint(w, `</form></html>`)
}

// callback signs somebody in and leads back to where they came from.
func (p *provider) callback(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieOfProvider, Value: r.FormValue("user"), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, r.FormValue("rd"), http.StatusSeeOther)
}

// signOut lets the browser forget who it was.
func (p *provider) signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieOfProvider, Path: "/", MaxAge: -1})
	http.Redirect(w, r, r.FormValue("rd"), http.StatusFound)
}
