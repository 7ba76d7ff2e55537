package match

import (
	"context"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// What a context says of the requests in it.
type (
	principalKey struct{}
	traceKey     struct{}
)

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

// A Trace receives what became of a request: the answer that served it, or why
// there was none. Of several requests in one context, the last one counts.
type Trace struct {
	Answer Answer
	Miss   *MissError
	Stored *cassette.Interaction // as it was recorded; it has no number yet
}

// WithTrace makes a session fill in trace for the requests of ctx, which must not
// be sent at the same time as one another.
func WithTrace(ctx context.Context, trace *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, trace)
}

// note fills in the trace of a request that was replayed.
func note(ctx context.Context, a Answer, miss *MissError) {
	if t, _ := ctx.Value(traceKey{}).(*Trace); t != nil {
		t.Answer, t.Miss = a, miss
	}
}

// TraceRecorded fills in the trace of a request that was recorded.
func TraceRecorded(ctx context.Context, stored *cassette.Interaction) {
	if t, _ := ctx.Value(traceKey{}).(*Trace); t != nil {
		t.Stored = stored
	}
}
