package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// Secret is a text that must not be printed: every way of printing it gives "***".
type Secret string

// NewSecret makes 256 random bits as text.
func NewSecret() Secret {
	var bits [32]byte
	rand.Read(bits[:]) // never fails, says its documentation
	return Secret(base64.RawURLEncoding.EncodeToString(bits[:]))
}

// Reveal is the text itself, for the one place that it is meant for.
func (s Secret) Reveal() string { return string(s) }

// Hash is the SHA-256 of the text, in hex: what is stored of it. A random secret needs no salt.
func (s Secret) Hash() string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func (s Secret) String() string { return "***" }

// GoString implements fmt.GoStringer.
func (s Secret) GoString() string { return "***" }

// MarshalText implements encoding.TextMarshaler.
func (s Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }
