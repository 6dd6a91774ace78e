package orders

import (
	"context"
	"errors"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// Submission is an order that comes in one piece: a call to the /v2 door.
type Submission struct {
	Decoded        Decoded
	IdempotencyKey string
	// Reason is why; it is mandatory where approval is needed.
	Reason string
}

// Submit checks, quotes and queues an order that comes in one piece. With an idempotency key that the API key has used
// before, it returns that order when the body is the same, and CodeConflict when it is another. Without one, it returns
// the order of an equal call that needs approval, as long as that is open or was decided and has not expired.
func (s *Service) Submit(ctx context.Context, who auth.Who, sub Submission) (Order, error) {
	if !who.May(auth.PlaceOrders) {
		return Order{}, forbidden()
	}
	asked := Checked{Decoded: sub.Decoded}
	if len(sub.Decoded.Problems) == 0 && (sub.IdempotencyKey != "" || who.KeyID != "") {
		if err := s.fingerprint(&asked); err != nil {
			return Order{}, err
		}
		if order, found, err := s.before(ctx, who, sub.IdempotencyKey, asked.Hash); err != nil || found {
			return order, err
		}
	}
	if problem := checkReason(sub.Reason); problem != nil {
		return Order{}, invalid(append(sub.Decoded.Problems, *problem))
	}
	// A key that is an order's ID becomes this order's: the command on a review page and the page itself are one order.
	id := NewID()
	if ValidID(sub.IdempotencyKey) {
		id = sub.IdempotencyKey
	}
	checked, err := s.Check(ctx, who, sub.Decoded, Ask{ID: id})
	if err != nil {
		return Order{}, err
	}
	quote, _ := s.Quote(ctx, checked)
	order, err := s.submit(ctx, who, []Order{s.made(who, checked, Order{ID: id, KeyID: who.KeyID, IdempotencyKey: sub.IdempotencyKey,
		Quote: quote, Reason: sub.Reason})})
	if errors.Is(err, ErrExists) {
		// an equal call was quicker by a moment
		if order, found, err := s.before(ctx, who, sub.IdempotencyKey, asked.Hash); err != nil || found {
			return order, err
		}
	}
	return order, err
}

// before finds the order of an equal call that came before.
func (s *Service) before(ctx context.Context, who auth.Who, idempotencyKey, hash string) (Order, bool, error) {
	if idempotencyKey != "" {
		return s.first(ctx, who, idempotencyKey, hash)
	}
	r, err := s.Journal.RequestByKey(ctx, who.KeyID, hash, s.Now())
	if errors.Is(err, ErrNotFound) {
		return Order{}, false, nil
	}
	if err != nil {
		return Order{}, false, err
	}
	order, err := s.Journal.Order(ctx, r.ID)
	return order, err == nil, err
}

// first finds the order that an idempotency key made before. It looks at nothing but the body, so that the first
// answer comes again even when the same order could not be placed a second time.
func (s *Service) first(ctx context.Context, who auth.Who, key, hash string) (Order, bool, error) {
	order, err := s.Journal.OrderByIdempotencyKey(ctx, who.KeyID, key)
	if errors.Is(err, ErrNotFound) && ValidID(key) {
		order, err = s.Journal.Order(ctx, key)
		if err == nil && !who.Scope().Sees(order.Team) {
			err = ErrNotFound
		}
	}
	switch {
	case errors.Is(err, ErrNotFound):
		return Order{}, false, nil
	case err != nil:
		return Order{}, false, err
	case order.Hash != hash:
		return Order{}, false, &Error{Code: CodeConflict, Message: field.Say("error.idempotency_key"), OrderID: order.ID}
	}
	return order, true, nil
}
