package redact

import (
	"fmt"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// BenchmarkTags is what the tags of a recording of 100,000 names cost.
func BenchmarkTags(b *testing.B) {
	names := make([]string, 100_000)
	for n := range names {
		names[n] = fmt.Sprintf("name%d", n)
	}
	for b.Loop() {
		tags := newTags(identity.NewFaker([]byte("0123456789abcdef0123456789abcdef")))
		for _, name := range names {
			tags.tag(name, name)
		}
	}
}
