package drift_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// TestManyChanges: nearly a thousand changes of each of five objects are told in a time
// that grows with their number.
func TestManyChanges(t *testing.T) {
	recording := func(file string, members int) *cassette.Cassette {
		body := strings.Builder{}
		body.WriteString(`{"id":"1"`)
		for object := range 5 {
			fmt.Fprintf(&body, `,"o%d":{"id":"1"`, object)
			for n := range members / 5 {
				fmt.Fprintf(&body, `,"n%d":"v"`, n)
			}
			body.WriteString("}")
		}
		return &cassette.Cassette{File: file, Interactions: []*cassette.Interaction{{
			Request:  cassette.Request{Method: "GET", URL: "https://graph.microsoft.com/v1.0/me"},
			Response: cassette.Response{Code: 200, Body: body.String() + "}"},
		}}}
	}
	const count = 4_950
	testkit.Bounded(t, 50*count, func() {
		told := drift.Case("x", recording("old.yaml", count), recording("new.yaml", 0), drift.Options{Show: true})
		if len(told.Findings) != count || len(told.Findings[0].Examples) == 0 || len(told.Findings[count-1].Examples) > 0 {
			t.Errorf("%d findings", len(told.Findings))
		}
	})
}
