package handlers

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// comment says something about an order.
func (s *server) comment(c echo.Context) error {
	ctx, id := c.Request().Context(), c.Param("id")
	made, err := s.Service.Comment(ctx, who(c), id, unixLines(c.FormValue("text")))
	var told *orders.Error
	if errors.As(err, &told) && told.Code == orders.CodeInvalid {
		version, _ := s.Journal.Version()
		order, again := s.Service.Order(ctx, who(c), id)
		if again != nil {
			return again
		}
		return s.showOrder(c, http.StatusUnprocessableEntity, order, version, told)
	}
	if err != nil {
		return err
	}
	// it leads to where the comment is, which with many of them is a page behind the first
	_, next, err := s.Service.Comments(ctx, who(c), id, orders.Cursor{}, listSize)
	if err != nil {
		return err
	}
	if next.IsZero() {
		return seeOther(c, "/orders/"+id+"#comments")
	}
	before := orders.Cursor{CreatedAt: made.CreatedAt.Add(-time.Microsecond), ID: made.ID}
	return seeOther(c, withQuery("/orders/"+id, "comments", writeCursor(before))+"#comments")
}

// comments is a page of what was said about an order, with what was typed and not accepted.
func (s *server) comments(c echo.Context, order orders.Order) (templates.CommentsView, error) {
	view := templates.CommentsView{OrderID: order.ID, Now: s.Now()}
	var after orders.Cursor
	if text := c.QueryParam("comments"); text != "" {
		cursor, fits := readCursor(text)
		if !fits {
			return view, errFilter
		}
		after, view.First = cursor, "/orders/"+order.ID+"#comments"
	}
	list, next, err := s.Service.Comments(c.Request().Context(), who(c), order.ID, after, listSize)
	if err != nil {
		return view, err
	}
	view.Items = list
	if !next.IsZero() {
		view.Next = withQuery("/orders/"+order.ID, "comments", writeCursor(next)) + "#comments"
	}
	return view, nil
}
