package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
)

// SealKeySize is the size of a sealer's key in bytes.
const SealKeySize = 32

// ErrSealed: a secret cannot be opened: it was sealed with another key, or is not what was sealed.
var ErrSealed = errors.New("sealed with another key")

// Sealer encrypts secrets that have to be read again (AES-256-GCM). Its key is kept outside the database, so that who
// reads the database alone cannot read them.
type Sealer struct{ aead cipher.AEAD }

// NewSealer makes a sealer from a key of SealKeySize bytes.
func NewSealer(key []byte) (*Sealer, error) {
	if len(key) != SealKeySize {
		return nil, fmt.Errorf("sealing key: %d bytes, not %d", len(key), SealKeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("sealing key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("sealing key: %w", err)
	}
	return &Sealer{aead}, nil
}

// NewSealKey makes a key for a sealer.
func NewSealKey() []byte {
	key := make([]byte, SealKeySize)
	rand.Read(key) // never fails, says its documentation
	return key
}

// Seal encrypts a secret for what it belongs to: it opens for the same name only.
func (s *Sealer) Seal(name string, secret Secret) string {
	return base64.StdEncoding.EncodeToString(s.aead.Seal(nil, nil, []byte(secret), []byte(name)))
}

// Open decrypts what was sealed for a name; ErrSealed when it cannot.
func (s *Sealer) Open(name, sealed string) (Secret, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", ErrSealed
	}
	plain, err := s.aead.Open(nil, nil, raw, []byte(name))
	if err != nil {
		return "", ErrSealed
	}
	return Secret(plain), nil
}
