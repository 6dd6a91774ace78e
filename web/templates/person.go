package templates

import "context"

type namesKey struct{}

// WithNames lets pages call people by what others know them by. names returns the name itself when it knows no better one.
func WithNames(ctx context.Context, names func(name string) string) context.Context {
	return context.WithValue(ctx, namesKey{}, names)
}

// calledName is what people know somebody by whom the journal calls by a name.
func calledName(ctx context.Context, name string) string {
	if names, ok := ctx.Value(namesKey{}).(func(string) string); ok {
		return names(name)
	}
	return name
}
