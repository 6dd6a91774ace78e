package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/auth/identity"
)

type signinCmd struct{}

// Run prints a new sign-in link for the console that uses this database.
func (signinCmd) Run(ctx context.Context, f *Flags, o *output) (err error) {
	if f.Auth != identity.Local {
		return usageError{fmt.Errorf("--auth: with %s people sign in at the sign-in proxy, not by a link", f.Auth)}
	}
	if _, err := os.Stat(f.Data); err != nil && f.Database == "" {
		return fmt.Errorf("no console has run with the data in %s yet", f.Data)
	}
	db, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	publicURL := f.PublicURL
	if publicURL == "" {
		if publicURL, err = db.PublicURL(ctx); err != nil {
			return err
		}
	}
	if publicURL == "" {
		return fmt.Errorf("no console has run with the data in %s yet", db)
	}
	link, err := signinLink(ctx, db, publicURL)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(o.out, link)
	return err
}

// signinLink makes a link that signs in once. It is printed and nothing else: the database has only the code's hash.
func signinLink(ctx context.Context, sessions auth.Sessions, publicURL string) (string, error) {
	code := auth.NewSecret()
	if err := sessions.CreateSigninCode(ctx, code.Hash(), time.Now().Add(signinLife)); err != nil {
		return "", err
	}
	return publicURL + "/signin?" + url.Values{"code": {code.Reveal()}}.Encode(), nil
}
