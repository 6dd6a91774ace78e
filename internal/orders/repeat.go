package orders

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"workspace-order-console/internal/audit"
)

// Entered is an order's request as it was entered: what was sent, with automatic payment as it was asked for and without
// our own tag. A repeated order begins with it.
func Entered(o Order) ([]byte, error) {
	var body map[string]any
	dec := json.NewDecoder(strings.NewReader(string(o.Body)))
	dec.UseNumber()
	if err := dec.Decode(&body); err != nil {
		return nil, fmt.Errorf("request of order %s: %w", o.ID, err)
	}
	if extend, ok := body["extend_param"].(map[string]any); ok && o.AutoPay {
		extend["is_auto_pay"] = "true"
	}
	untag(body)
	return audit.Canonical(body)
}

// untag removes our tag wherever a list of tags is, and the list when nothing else was in it.
func untag(value any) {
	switch value := value.(type) {
	case map[string]any:
		if tags, ok := value["tags"].([]any); ok {
			tags = slices.DeleteFunc(tags, func(tag any) bool {
				object, ok := tag.(map[string]any)
				return ok && object["key"] == OrderRef
			})
			if value["tags"] = tags; len(tags) == 0 {
				delete(value, "tags")
			}
		}
		for _, child := range value {
			untag(child)
		}
	case []any:
		for _, child := range value {
			untag(child)
		}
	}
}
