package runner

import (
	"context"

	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/report"
)

// source is the recorded interaction that answered, if one did.
type source match.Answer

func (s source) id() *int {
	if s.Interaction == nil {
		return nil
	}
	id := s.Interaction.ID
	return &id
}

// place is where the cassette holds the value at a path of the answer's body;
// for the path "" it is the interaction itself.
func (s source) place(path string) report.Place {
	if s.Interaction == nil || s.Cassette == nil {
		return report.Place{}
	}
	line := s.Interaction.Line
	if path != "" {
		line = s.Interaction.BodyLine(path)
	}
	return report.Place{File: s.Cassette.File, Line: line}
}

type withoutAuthKey struct{}

// withoutAuth marks the context of a request that must carry no token: a step
// that says so, or a request to a host that is neither Graph's nor the run's own,
// such as the pre-authenticated address of an upload session
// (v1.0/api/driveitem-createuploadsession).
func withoutAuth(ctx context.Context) context.Context {
	return context.WithValue(ctx, withoutAuthKey{}, true)
}

// IsWithoutAuth reports whether the request of a context must carry no token. A
// RoundTripper that adds tokens asks it.
func IsWithoutAuth(ctx context.Context) bool {
	marked, _ := ctx.Value(withoutAuthKey{}).(bool)
	return marked
}
