package graph_test

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// FuzzBatch: whatever the body of a batch is, its parts are read.
func FuzzBatch(f *testing.F) {
	f.Add(`{"requests":[{"id":"1","method":"GET","url":"/me","dependsOn":["2"],"headers":{"A":null},"body":"e30="},{"id":2}]}`)
	f.Add(`{"responses":[{"id":"1","status":200.5,"headers":{"Location":["x"]},"body":{}},null,[]]}`)
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := jsondoc.Parse(text)
		if err != nil {
			t.Skip()
		}
		testkit.Bounded(t, len(text), func() {
			for i, p := range append(graph.Requests(doc), graph.Responses(doc)...) {
				if p.Header == nil {
					t.Errorf("part %d has no header", i)
				}
			}
		})
	})
}
