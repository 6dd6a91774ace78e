package cloudhttp

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"workspace-order-console/internal/auth"
)

// Token is an IAM token that is taken as X-Auth-Token in the place of a signature.
type Token struct {
	Value auth.Secret
	// Until is when it expires; the zero time is never.
	Until time.Time
}

// ParseTokens reads tokens, each written TOKEN, or TOKEN@LIFE for one that expires so long after now: "MIIF…@30m". No
// error repeats one.
func ParseTokens(now time.Time, texts ...string) ([]Token, error) {
	tokens := make([]Token, len(texts))
	for i, text := range texts {
		value, life, expires := text, "", false
		if at := strings.LastIndexByte(text, '@'); at >= 0 {
			value, life, expires = text[:at], text[at+1:], true
		}
		if value == "" || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return nil, fmt.Errorf("token %d must be of letters, digits and signs without spaces", i+1)
		}
		tokens[i].Value = auth.Secret(value)
		if !expires {
			continue
		}
		d, err := time.ParseDuration(life)
		if err != nil || d <= 0 {
			return nil, fmt.Errorf("token %d: its life, behind the @, must be a time above 0, such as 30m", i+1)
		}
		tokens[i].Until = now.Add(d)
	}
	return tokens, nil
}

var (
	errNoToken      = errors.New("decrypt token fail")
	errTokenExpired = errors.New("decrypt token fail, the token has expired")
)

// knows tells why a token is not taken; nil when it is.
func (s *Server) knows(token string, now time.Time) error {
	for _, known := range s.config.Tokens {
		if subtle.ConstantTimeCompare([]byte(token), []byte(known.Value.Reveal())) == 0 {
			continue
		}
		if !known.Until.IsZero() && !now.Before(known.Until) {
			return errTokenExpired
		}
		return nil
	}
	return errNoToken
}
