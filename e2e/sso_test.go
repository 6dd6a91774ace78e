package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The people of a company that has one team, and their groups.
const (
	buyer    = "u-1001"
	approver = "u-1002"
	auditor  = "u-1003"
	admin    = "u-1004"
	stranger = "u-1005" // of whom the sign-in knows nothing but that
)

// teamsOfCompany is what `console team apply` makes of the demo data's teams.
const teamsOfCompany = `teams:
- name: design
  enterprise_projects: [6cd06618-495c-4ee3-b67c-03e0ca68601a]
  groups:
    buyer: [design-buyers]
    approver: [design-leads]
    auditor: [audit]
  approval: {above: "10.00", approvers: 1}
`

// company is a console behind a sign-in proxy.
type company struct {
	*console
	provider *provider
	// direct is the console's own address, past the proxy.
	direct string
}

// startCompany runs an identity provider, a console and a proxy in front of it.
func startCompany(t *testing.T, proxy func(t *testing.T, site, console, sso string)) *company {
	t.Helper()
	c := &company{direct: net.JoinHostPort("127.0.0.1", freePort(t)), provider: startProvider(t, map[string]person{
		buyer:    {"blake@example.com", []string{"staff", "design-buyers"}},
		approver: {"robin@example.com", []string{"staff", "design-leads"}},
		auditor:  {"avery@example.com", []string{"audit"}},
		admin:    {"ash@example.com", []string{"console-admins"}},
		stranger: {},
	})}
	site := "http://" + net.JoinHostPort("127.0.0.1", freePort(t))
	c.console = serveConsole(t, false, "--listen", c.direct, "--public-url", site, "--embedded-speed", "0s",
		"--auth", "header", "--trusted-proxy", "127.0.0.1", "--admin-group", "console-admins", "--contact", "the help desk, extension 42",
		"--logout-url", "/oauth2/sign_out?rd=%2Foauth2%2Fsign_in")
	require.Equal(t, site, c.url)
	c.command(t, teamsOfCompany, "team", "apply", "--prune", "-")
	proxy(t, site, c.direct, c.provider.upstream())
	return c
}

// command runs a command of the console beside it.
func (c *console) command(t *testing.T, input string, args ...string) {
	t.Helper()
	binary, err := program()
	require.NoError(t, err)
	cmd := exec.Command(binary, append(args, "--data", c.data)...)
	cmd.Env = plainEnv()
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// signIn opens a tab, asks for a page, signs in and is led to that page.
func (c *company) signIn(t *testing.T, name, page string) *tab {
	t.Helper()
	b := c.open(t, true)
	b.iconless = true
	require.EqualValues(t, 200, b.visit(page))
	assert.Equal(t, "Who are you?", b.text("h1"), "the company's sign-in comes first")
	require.EqualValues(t, 200, b.press(fmt.Sprintf(`button[value=%q]`, name)))
	assert.Equal(t, page, evaluate[string](b, `location.pathname + location.search`), "the sign-in leads on to the page that was asked for")
	return b
}

// ask sends a request from an address of this machine, with headers, as a program does.
func ask(t *testing.T, from, method, address string, headers http.Header) (status int, body string) {
	t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	client := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	require.NoError(t, err)
	request.Header = headers
	answer, err := client.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text)
}

func TestACompanyBehindCaddy(t *testing.T) {
	t.Parallel()
	c := startCompany(t, startCaddy)
	c.buys(t)
	c.keepsOut(t)
	assert.Zero(t, c.provider.sawForged(), "Caddy strips before it asks anybody: not every version overwrites what the sign-in does not send")
}

func TestACompanyBehindNginx(t *testing.T) {
	t.Parallel()
	c := startCompany(t, startNginx)
	b := c.signIn(t, buyer, "/orders?state=failed&kind=")
	assert.Contains(t, b.text(".who"), "blake@example.com")
	c.keepsOut(t)
}

// buys buys: a buyer asks, an approver decides, the buyer pays, an auditor reads, and the buyer is out once the group is gone.
func (c *company) buys(t *testing.T) {
	b := c.signIn(t, buyer, "/desktops?charge_mode=0&desktop_type=DEDICATED")
	assert.Contains(t, b.text(".who"), "blake@example.com")
	b.inventory()
	desktop := b.ids(`[data-row-check]`, "value")[0]

	// the sign-in ends while a form is filled in: what was typed comes after the next sign-in
	b.see("/orders/new/batch-desktop/ADD_VOLUME?desktop_ids=" + desktop)
	b.fill("reason", "Room for the archive")
	b.fill("add_volume_param.volume_type", "SSD")
	b.fill("add_volume_param.volume_size", "100")
	b.focus(named("reason")) // what was typed is checked, and priced, when it is left
	b.until(`document.querySelector("#price .total") !== null`)
	c.provider.end(buyer, true)
	require.EqualValues(t, 401, b.press("aside button[name=review]"))
	assert.Contains(t, b.text("body"), "Your company's sign-in has ended")
	b.forgiveAll(401)
	c.provider.end(buyer, false)
	require.EqualValues(t, 200, b.lead(reload))
	assert.Equal(t, "/orders/review", b.path())
	assert.Contains(t, b.text("main"), "Room for the archive")
	price := b.attribute(`#price .total data`, "value")
	assert.Contains(t, b.text("#approval"), "An approver of team design or an admin decides.")
	assert.Contains(t, b.text("#approval"), "orders above 10.00 approved")
	require.EqualValues(t, 200, b.press("button[name=place]"))
	id := b.attribute("[data-order]", "data-order")
	order := "/orders/" + id
	assert.Equal(t, order, b.path())
	assert.Equal(t, "awaiting", b.attribute("[data-request]", "data-request"))
	assert.Zero(t, b.count("button[name=approve]"), "nobody decides about their own")

	d := c.signIn(t, approver, "/approvals")
	row := fmt.Sprintf("tr[data-order=%q]", id)
	assert.Contains(t, d.text(row), price)
	d.check("approvals")
	d.focus(row + " a[data-row-link]")
	require.EqualValues(t, 200, d.lead(press(kb.Enter)))
	assert.Equal(t, order, d.path())
	assert.Contains(t, d.text("main"), "Room for the archive")
	hash := d.attribute("#decide [name=hash]", "value")
	assert.Regexp(t, `^[0-9a-f]{64}$`, hash)
	assert.Contains(t, d.attribute("#decide [name=price]", "value"), price)
	var asked struct{ State string }
	d.read(order, &asked)
	assert.Equal(t, "awaiting_approval", asked.State, "nothing is sent before the decision")
	d.fill("reason", "The archive is full")
	require.EqualValues(t, 200, d.press("button[name=approve]"))
	assert.Equal(t, "approved", d.attribute("[data-request]", "data-request"))
	var decided struct {
		Approval struct {
			Decisions []struct {
				Approver, Reason, Amount, Currency string
				Hash                               string `json:"request_hash"`
			}
		}
	}
	d.read(order, &decided)
	if assert.Len(t, decided.Approval.Decisions, 1) {
		decision := decided.Approval.Decisions[0]
		assert.Equal(t, approver, decision.Approver)
		assert.Equal(t, "The archive is full", decision.Reason)
		assert.Equal(t, hash, decision.Hash, "the decision names what is sent")
		assert.Equal(t, price+" USD", decision.Amount+" "+decision.Currency, "and the price")
	}
	b.fresh(`document.querySelector('[data-state=placed] [data-cloud-order][data-status="6"]') !== null`)
	b.fresh(`document.querySelector("button[name=pay]") !== null`) // it is billed as quoted
	assert.Equal(t, "Pay "+price+" USD", b.text("button[name=pay]"))
	v := c.signIn(t, approver, order)
	assert.Zero(t, v.count("button[name=pay]"), "who approves does not pay")
	require.EqualValues(t, 200, b.press("button[name=pay]"))
	b.fresh(`document.querySelector('[data-state=placed] [data-cloud-order][data-status="5"]') !== null`)

	r := c.signIn(t, auditor, order)
	assert.Contains(t, r.text("main"), "Room for the archive")
	assert.Contains(t, r.text("main"), price)
	r.see("/audit?object=" + url.QueryEscape("order:"+id))
	actors := map[string]string{}
	for i, what := range r.texts(`main tbody [data-label="What"]`) {
		actors[what] = r.texts(`main tbody [data-label="Who"] span`)[i]
	}
	assert.Equal(t, buyer, actors["Ordered"])
	assert.Equal(t, approver, actors["Approved"])
	assert.Equal(t, buyer, actors["Payment asked for"])
	assert.Equal(t, "console", actors["Paid"])
	assert.EqualValues(t, 403, r.visit("/orders/new"), "auditors read")

	// a group that is gone, and back
	b.see("/desktops")
	c.provider.regroup(buyer, "staff")
	require.EqualValues(t, 403, b.press(`nav a[href="/orders"]`))
	assert.Equal(t, "No access yet", b.text("h1"))
	assert.Contains(t, b.text("main"), "the help desk, extension 42")
	assert.Zero(t, b.count("nav"))
	b.check("no-access")
	c.provider.regroup(buyer, "staff", "design-buyers")
	b.see(order)

	// out, of the company's sign-in too
	b.press("button[name=logout]")
	b.until(`document.querySelector("h1").innerText === "Who are you?"`)
	b.see("/orders")
	assert.Equal(t, "Who are you?", b.text("h1"))
}

// keepsOut forges: by the proxy and past it, by nobody, by a buyer and by one of whom nothing is known.
func (c *company) keepsOut(t *testing.T) {
	const home = "127.0.0.1"
	forged := func(more ...string) http.Header {
		h := http.Header{"X-Forwarded-User": {admin}, "X-Forwarded-Email": {"ash@example.com"}, "X-Forwarded-Groups": {"console-admins"},
			"Accept": {"application/json"}}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = append(h[more[i]], more[i+1])
		}
		return h
	}

	// The headers do work: from the proxy's address, past the proxy.
	status, body := ask(t, home, http.MethodGet, "http://"+c.direct+"/teams", forged())
	require.Equal(t, 200, status, body)
	assert.Contains(t, body, "design")
	// Past the proxy from another address.
	status, body = ask(t, "127.0.0.2", http.MethodGet, "http://"+c.direct+"/teams", forged())
	assert.Equal(t, 401, status, body)

	for what, headers := range map[string]http.Header{
		"as they are":            forged(),
		"twice":                  forged("X-Forwarded-User", auditor, "X-Forwarded-Groups", "audit"),
		"in another spelling":    forged("x-forwarded-user", admin, "X-FORWARDED-GROUPS", "console-admins"),
		"and not to be stripped": forged("Connection", "X-Forwarded-User, X-Forwarded-Groups"),
		"look-alikes":            forged("X_Forwarded_User", admin, "X.Forwarded.Groups", "console-admins"),
		"as the sign-in answers": forged("X-Auth-Request-User", admin, "X-Auth-Request-Groups", "console-admins"),
	} {
		t.Run(what, func(t *testing.T) {
			status, body := ask(t, home, http.MethodGet, c.url+"/teams", headers)
			assert.Equal(t, 401, status, "by nobody: %s", body)
			for _, name := range []string{buyer, stranger} {
				headers := headers.Clone()
				headers.Set("Cookie", cookieOfProvider+"="+name)
				status, body = ask(t, home, http.MethodGet, c.url+"/teams", headers)
				assert.Contains(t, []int{400, 401, 403}, status, "by %s: %s", name, body)
			}
		})
	}
	// A buyer who forges is still the buyer.
	headers := forged("Cookie", cookieOfProvider+"="+buyer)
	headers.Del("Accept")
	status, body = ask(t, home, http.MethodGet, c.url+"/orders", headers)
	assert.Equal(t, 200, status)
	assert.Contains(t, body, "blake@example.com")
	assert.NotContains(t, body, "ash@example.com")

	for _, path := range []string{"/metrics", "/healthz", "/readyz"} {
		status, _ = ask(t, home, http.MethodGet, c.url+path, http.Header{})
		assert.Equal(t, 404, status, path)
	}
	// Scripts need no sign-in, but a key.
	status, body = ask(t, home, http.MethodPost, c.url+"/v2/0bec5db98280d2d02fd6c00c2de791ce/periodic/subscribe/order", forged())
	assert.Equal(t, 401, status, body)
	assert.Contains(t, body, "error_code")
}
