package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/auth/identity"
	"workspace-order-console/internal/store"
)

// Flags are those that several commands share.
type Flags struct {
	Listen            string        `default:"127.0.0.1:8080" help:"Address to listen on. With local sign-in only a loopback address is taken."`
	PublicURL         string        `name:"public-url" help:"The address people use; made from --listen when empty."`
	LogFormat         string        `enum:"text,json" default:"text" help:"Form of the log on stderr: text or json."`
	Data              string        `default:"./data" help:"Folder of the database and of the key that secrets are sealed with."`
	Database          auth.Secret   `help:"Address of a PostgreSQL database to use instead, postgres://…, which several consoles can share. Better given in the environment: a command line can be read by others."`
	Cloud             string        `enum:"embedded,huaweicloud" default:"embedded" help:"The cloud: embedded or huaweicloud."`
	ProjectID         string        `name:"project-id" env:"CONSOLE_PROJECT_ID,HUAWEICLOUD_SDK_PROJECT_ID" default:"0bec5db98280d2d02fd6c00c2de791ce" help:"The project that orders go to."`
	Region            string        `default:"ap-southeast-1" help:"The project's region."`
	WorkspaceEndpoint string        `help:"Address of the cloud's Workspace service; by region when empty. Plain http on this machine only."`
	BSSEndpoint       string        `name:"bss-endpoint" help:"Address of its billing service; by region when empty."`
	CloudRate         float64       `default:"10" help:"Calls a second that each of the cloud's services is asked at most; negative for no limit."`
	TokenFile         string        `help:"File with an IAM token to use in place of AK and SK; read again when it changes."`
	BillingTokenFile  string        `help:"File with a token for the billing service, when that wants another."`
	CloudTimeout      time.Duration `default:"30s" help:"Longest wait for the cloud's answer to one call."`
	EmbeddedSpeed     time.Duration `default:"2s" help:"How long the embedded cloud takes from paid to completed; 0 is at once."`
	ReconcileEvery    time.Duration `default:"15s" help:"How often orders in doubt are looked into."`
	ReconcileGrace    time.Duration `default:"30m" help:"How long the cloud's order list may lag: after that, a person is asked about an order in doubt."`
	RequestExpiry     time.Duration `default:"336h" help:"How long a request for approval can be decided."`
	WebhookAllow      []string      `name:"webhook-allow-private" help:"Networks beside the public ones that webhooks may lead to, such as 10.1.0.0/16; plain http will do there."`
	SMTP              string        `name:"smtp" help:"Mail server, smtp://host:port or smtps://host:port; no mail is sent when empty."`
	MailFrom          string        `help:"Sender of mails, such as 'Order Console <console@example.com>'."`
	SMTPUser          string        `name:"smtp-user" help:"Name to sign in to the mail server with."`
	SMTPPassword      auth.Secret   `name:"smtp-password" help:"Its password. Better given in the environment: a command line can be read by others."`
	Auth              string        `enum:"local,header,jwt" default:"local" help:"How people sign in: local (a one-time link on stdout), or behind a sign-in proxy by its headers or by the assertion it signs."`
	TrustedProxy      []string      `sep:"none" help:"Addresses and networks that the sign-in proxy connects from; commas between several. header and jwt need it."`
	UserHeader        string        `help:"Header with who it is; X-Forwarded-User when empty."`
	EmailHeader       string        `help:"Header with their mail address, if any; X-Forwarded-Email when empty."`
	GroupsHeader      string        `help:"Header with their groups, commas between them; X-Forwarded-Groups when empty."`
	JWTPreset         string        `name:"jwt-preset" help:"Fills in the jwt flags left empty: pomerium, cloudflare, iap or oauth2-proxy."`
	JWTHeader         string        `name:"jwt-header" help:"Header with the assertion; with Authorization, its Bearer token."`
	JWTIssuer         string        `name:"jwt-issuer" help:"What the assertion's iss must be."`
	JWTAudience       string        `name:"jwt-audience" help:"What must be in the assertion's aud."`
	JWKSURL           string        `name:"jwks-url" help:"Where the issuer's keys are; by discovery when empty. Plain http on this machine only."`
	JWTAlgorithm      string        `name:"jwt-algorithm" help:"The one algorithm that assertions are signed with; RS256 when empty."`
	JWTGroupsClaim    string        `name:"jwt-groups-claim" help:"Claim with the groups, or its path with dots; groups when empty."`
	JWTMaxAge         time.Duration `name:"jwt-max-age" help:"How long ago an assertion may have been issued; 24h when empty."`
	AdminGroup        string        `help:"Group of the sign-in proxy whose members are admins."`
	LogoutURL         string        `name:"logout-url" help:"Where the sign-in proxy signs people out: an address, or a path of the console's own address. When empty, signing out ends the session here only."`
	Contact           string        `help:"Whom people should ask who may do nothing yet; a line of text for that page."`
}

// check holds the flags against each other.
func (f *Flags) check() error {
	host, _, err := net.SplitHostPort(f.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %q is no address of the form host:port", f.Listen)
	}
	if f.Auth == identity.Local && !loopback(host) {
		return fmt.Errorf("--listen: %s is not a loopback address, and local sign-in is for the machine itself only", f.Listen)
	}
	if _, err := f.identity(time.Now); err != nil {
		return err
	}
	if err := f.checkLogoutURL(); err != nil {
		return fmt.Errorf("--logout-url: %w", err)
	}
	if len(f.Contact) > 200 || strings.ContainsFunc(f.Contact, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return errors.New("--contact: must be one line of at most 200 bytes")
	}
	if f.CloudTimeout <= 0 || f.CloudTimeout > 10*time.Minute {
		return errors.New("--cloud-timeout: must be above 0 and at most 10m")
	}
	if f.ReconcileEvery < time.Second || f.ReconcileGrace < 0 {
		return errors.New("--reconcile-every: must be at least 1s; --reconcile-grace: must not be negative")
	}
	if f.RequestExpiry < time.Minute || f.RequestExpiry > 366*24*time.Hour {
		return errors.New("--request-expiry: must be from 1m to 8784h")
	}
	if f.EmbeddedSpeed < 0 {
		return errors.New("--embedded-speed: must not be negative")
	}
	if _, err := f.guard(); err != nil {
		return err
	}
	if _, err := f.mailer(); err != nil {
		return err
	}
	if f.ProjectID == "" || strings.ContainsAny(f.ProjectID, "/?#% ") {
		return errors.New("--project-id: must be a project's ID")
	}
	if f.PublicURL != "" {
		u, err := url.Parse(f.PublicURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
			return fmt.Errorf("--public-url: %q must be http://host or https://host, without a path", f.PublicURL)
		}
		f.PublicURL = u.Scheme + "://" + u.Host
	}
	return nil
}

// checkLogoutURL takes http or https, or a path, with a query where the proxy wants one.
func (f *Flags) checkLogoutURL() error {
	if f.LogoutURL == "" {
		return nil
	}
	if f.Auth == identity.Local {
		return errors.New("goes with --auth header or jwt, not with --auth local")
	}
	u, err := url.Parse(f.LogoutURL)
	path := err == nil && u.Scheme == "" && u.Host == "" && strings.HasPrefix(u.Path, "/") && !strings.ContainsRune(f.LogoutURL, '\\')
	web := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
	if !path && !web || strings.ContainsFunc(f.LogoutURL, func(r rune) bool { return r <= ' ' || !unicode.IsPrint(r) }) {
		return fmt.Errorf("%q must be https://host/path, or a path such as /oauth2/sign_out", f.LogoutURL)
	}
	return nil
}

// loopback tells that a host is the machine itself.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// open opens the console's database.
func (f *Flags) open(ctx context.Context) (*store.Store, error) {
	db, err := store.Open(ctx, store.Config{Path: filepath.Join(f.Data, "console.db"), URL: f.Database})
	var unfit *store.UnfitError
	if errors.As(err, &unfit) {
		return nil, usageError{fmt.Errorf("--database: %w", err)}
	}
	return db, err
}

// openPinned opens the database as that of the flags' cloud, project and region: another's is refused. One of the embedded
// cloud that is new has the demo's teams.
func (f *Flags) openPinned(ctx context.Context) (*store.Store, error) {
	db, err := f.open(ctx)
	if err != nil {
		return nil, err
	}
	if err = db.Pin(ctx, f.Cloud, f.ProjectID, f.Region); err != nil {
		err = usageError{err}
	} else if err = f.demoTeams(ctx, db); err == nil {
		return db, nil
	}
	return nil, errors.Join(err, db.Close())
}

// checkCloud holds the cloud against the database, for the commands that need both.
func (f *Flags) checkCloud() error {
	if f.Database != "" && f.Cloud == cloudEmbedded {
		return usageError{errors.New("--database: goes with --cloud huaweicloud only; the embedded cloud has a file of its own in --data, and consoles that share a database would each have another cloud")}
	}
	return nil
}

// logger writes the log.
func (f *Flags) logger(w io.Writer) *slog.Logger {
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}
