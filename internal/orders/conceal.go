package orders

import (
	"context"
	"errors"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// concealed keeps an order that is in the way out of what is told to those who do not see it: of another team's they hear
// that there is one, and no more.
func (s *Service) concealed(ctx context.Context, who auth.Who, err error) error {
	var way *InTheWay
	if !errors.As(err, &way) || who.Scope().All() {
		return err
	}
	order, failed := s.Journal.Order(ctx, way.OrderID)
	if failed == nil && who.Scope().Sees(order.Team) {
		return err
	}
	key := "error.other_in_the_way"
	if way.Target == "" {
		key = "error.other_create_in_doubt"
	}
	return &Error{Code: CodeConflict, Message: field.Say(key, "target", targetID(way.Target))}
}
