package match

import (
	"context"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

type traceKey struct{}

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

func (t *Trace) note(a Answer, miss *MissError) {
	if t != nil {
		t.Answer, t.Miss = a, miss
	}
}

// TraceRecorded fills in the trace of a request that was recorded.
func TraceRecorded(ctx context.Context, stored *cassette.Interaction) {
	if t := traceOf(ctx); t != nil {
		t.Stored = stored
	}
}

func traceOf(ctx context.Context) *Trace {
	trace, _ := ctx.Value(traceKey{}).(*Trace)
	return trace
}
