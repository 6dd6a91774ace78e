package store

import (
	"context"
	"fmt"
)

// addressSetting is where a running console notes its address.
const addressSetting = "public_url"

// SetPublicURL notes the address that the running console has, for the command that prints sign-in links.
func (s *Store) SetPublicURL(ctx context.Context, url string) error {
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, addressSetting, url)
		return err
	})
	if err != nil {
		return fmt.Errorf("setting %s: %w", addressSetting, err)
	}
	return nil
}

// PublicURL is the address that the console had when it last ran here; "" when it never did.
func (s *Store) PublicURL(ctx context.Context) (string, error) {
	return setting(ctx, s.reader, addressSetting)
}
