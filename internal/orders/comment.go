package orders

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// MaxComment is how long a comment may be, in characters.
const MaxComment = 2000

// Comment says something about an order that the person sees.
func (s *Service) Comment(ctx context.Context, who auth.Who, orderID, text string) (Comment, error) {
	order, err := s.Order(ctx, who, orderID)
	if err != nil {
		return Comment{}, err
	}
	text = strings.TrimSpace(text)
	var problems field.Problems
	switch n := utf8.RuneCountInString(text); {
	case text == "":
		problems.Add("text", "problem.required")
	case n > MaxComment:
		problems.Add("text", "problem.length", "min", 1, "max", MaxComment)
	case !utf8.ValidString(text):
		problems.Add("text", "problem.utf8")
	case strings.ContainsFunc(text, controls):
		problems.Add("text", "problem.control")
	}
	if len(problems) > 0 {
		return Comment{}, invalid(problems)
	}
	comment := Comment{ID: NewID(), OrderID: order.ID, Actor: who.Name, Text: text, CreatedAt: s.Now()}
	entry, err := s.entry(who, "order.commented", order.ID, map[string]any{"comment": comment.ID, "text": text})
	if err != nil {
		return Comment{}, err
	}
	entry.Team = order.Team
	return comment, told(s.Journal.AddComment(ctx, comment, entry))
}

// controls tells characters that no text of people holds.
func controls(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }

// Comments lists what was said about an order, oldest first.
func (s *Service) Comments(ctx context.Context, who auth.Who, orderID string, after Cursor, limit int) ([]Comment, Cursor, error) {
	if _, err := s.Order(ctx, who, orderID); err != nil {
		return nil, Cursor{}, err
	}
	list, next, err := s.Journal.Comments(ctx, orderID, after, limit)
	return list, next, told(err)
}
