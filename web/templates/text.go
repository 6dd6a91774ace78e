package templates

import (
	"context"
	"fmt"

	"workspace-order-console/internal/i18n"
)

// T is a message of a page in its reader's language. Its arguments are names and values in turn; "n" chooses the plural.
// It panics on a name without a value or that is no text: that is a mistake in a template.
func T(ctx context.Context, key string, args ...any) string {
	return i18n.FromContext(ctx).Say(key, named(args))
}

// say is the printer of whoever reads what is made in this context.
func say(ctx context.Context) i18n.Printer { return i18n.FromContext(ctx) }

func named(args []any) map[string]any {
	if len(args) == 0 {
		return nil
	}
	if len(args)%2 != 0 {
		panic(fmt.Sprintf("message arguments without a value: %v", args))
	}
	names := make(map[string]any, len(args)/2)
	for i := 0; i < len(args); i += 2 {
		names[args[i].(string)] = args[i+1]
	}
	return names
}
