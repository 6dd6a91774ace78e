package main

import (
	"time"

	"workspace-order-console/internal/auth/identity"
)

// identity is what tells who a request is from behind a sign-in proxy; nil with local sign-in.
func (f *Flags) identity(now func() time.Time) (identity.Source, error) {
	return identity.New(identity.Config{
		Auth: f.Auth, TrustedProxy: f.TrustedProxy,
		UserHeader: f.UserHeader, EmailHeader: f.EmailHeader, GroupsHeader: f.GroupsHeader,
		JWTPreset: f.JWTPreset, JWTHeader: f.JWTHeader, JWTIssuer: f.JWTIssuer, JWTAudience: f.JWTAudience,
		JWKSURL: f.JWKSURL, JWTAlgorithm: f.JWTAlgorithm, JWTGroupsClaim: f.JWTGroupsClaim, JWTMaxAge: f.JWTMaxAge,
		AdminGroup: f.AdminGroup, Now: now,
	})
}
