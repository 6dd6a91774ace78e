package huaweicloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"workspace-order-console/internal/cloud"
)

// window is a page's limit and offset as the wire takes them. Too large a limit would be refused: a reader of pages
// goes by what comes back.
func window(page cloud.Page, most int) (limit, offset int) {
	limit = page.Limit
	if limit <= 0 || limit > most {
		limit = most
	}
	return limit, max(page.Offset, 0)
}

// decodeList reads a list out of an answer. An answer without the list is an error, and not an empty list: it would
// empty the console's inventory.
func decodeList[T any](body []byte, key, totalKey string, limit, offset int) (cloud.List[T], error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return cloud.List[T]{}, err
	}
	told := 0
	if raw, ok := members[totalKey]; ok {
		if err := json.Unmarshal(raw, &told); err != nil {
			return cloud.List[T]{}, fmt.Errorf("%s: %w", totalKey, err)
		}
	}
	items := []T{}
	raw, listed := members[key]
	if listed {
		if err := json.Unmarshal(raw, &items); err != nil {
			return cloud.List[T]{}, fmt.Errorf("%s: %w", key, err)
		}
	}
	if _, counted := members[totalKey]; !listed && (!counted || told != 0) {
		return cloud.List[T]{}, errors.New("it has no " + key)
	}
	if items == nil {
		items = []T{}
	}
	return cloud.List[T]{Items: items, Total: total(told, len(items), limit, offset)}, nil
}

// total is how many items there are in all: what was told, or, where nothing was, as many as can be known so far, and
// one more after a full page.
func total(told, items, limit, offset int) int {
	switch {
	case told > 0 || items == 0:
		return max(told, 0)
	case items >= limit:
		return offset + items + 1
	}
	return offset + items
}

// paged reads one page of a list whose items are as the port has them.
func paged[T any](ctx context.Context, c *Cloud, op operation, key string, page cloud.Page, most int) (cloud.List[T], error) {
	return pagedAs(ctx, c, op, key, "total_count", page, most, func(item T) T { return item })
}

// pagedAs reads one page of a list and turns each item into what the port has.
func pagedAs[W, T any](ctx context.Context, c *Cloud, op operation, key, totalKey string, page cloud.Page, most int, as func(W) T) (cloud.List[T], error) {
	limit, offset := window(page, most)
	req := &request{Limit: text(strconv.Itoa(limit)), Offset: text(strconv.Itoa(offset)), ChargeMode: optional(chargeModes[op.name])}
	return read(ctx, c, op, req, func(a *answer) (list cloud.List[T], err error) {
		told, err := decodeList[W](a.body, key, totalKey, limit, offset)
		return listAs(told, as), err
	})
}

// unpaged reads a list that comes in one piece.
func unpaged[W, T any](ctx context.Context, c *Cloud, op operation, key, totalKey string, as func(W) T) ([]T, error) {
	return read(ctx, c, op, &request{}, func(a *answer) ([]T, error) {
		told, err := decodeList[W](a.body, key, totalKey, 0, 0)
		return listAs(told, as).Items, err
	})
}

func listAs[W, T any](told cloud.List[W], as func(W) T) cloud.List[T] {
	list := cloud.List[T]{Items: make([]T, len(told.Items)), Total: told.Total}
	for i, item := range told.Items {
		list.Items[i] = as(item)
	}
	return list
}
