package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/notify/smtp"
	"workspace-order-console/internal/worker"
)

// guard says where webhooks may lead.
func (f *Flags) guard() (*notify.Guard, error) {
	guard, err := notify.NewGuard(f.WebhookAllow)
	if err != nil {
		return nil, fmt.Errorf("--webhook-allow-private: %w", err)
	}
	return guard, nil
}

// mailer sends mails; nil when there is no mail server.
func (f *Flags) mailer() (notify.Mailer, error) {
	if f.SMTP == "" {
		if f.MailFrom != "" || f.SMTPUser != "" || f.SMTPPassword.Reveal() != "" {
			return nil, errors.New("--mail-from, --smtp-user and --smtp-password: they go with --smtp")
		}
		return nil, nil
	}
	mailer, err := smtp.New(smtp.Config{Server: f.SMTP, From: f.MailFrom, User: f.SMTPUser, Password: f.SMTPPassword})
	if err != nil {
		return nil, fmt.Errorf("--smtp, --mail-from: %w", err)
	}
	return mailer, nil
}

// working is the worker and beside it the notifier, which ends with it and never ends it.
func working(hands *worker.Worker, teller *notify.Notifier) func(context.Context) error {
	return func(ctx context.Context) error {
		telling, stop := context.WithCancel(ctx)
		var group sync.WaitGroup
		group.Go(func() { teller.Run(telling) })
		err := hands.Run(ctx)
		stop()
		group.Wait()
		return err
	}
}
