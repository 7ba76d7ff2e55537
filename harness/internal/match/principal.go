package match

import "context"

type principalKey struct{}

// WithPrincipal says on whose behalf the requests of ctx are sent. It joins the
// key only where an index holds the recordings of more than one principal.
func WithPrincipal(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, principalKey{}, name)
}

// PrincipalOf is the principal that WithPrincipal put into ctx, or "".
func PrincipalOf(ctx context.Context) string {
	name, _ := ctx.Value(principalKey{}).(string)
	return name
}
