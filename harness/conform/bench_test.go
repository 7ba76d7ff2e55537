package conform_test

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/conform"
)

// BenchmarkCheck judges the real exchanges of the corpus, one after the other.
func BenchmarkCheck(b *testing.B) {
	checker := real(b)
	all := recordings(b)
	check := func(e conform.Exchange) {
		if _, err := checker.Check(e); err != nil {
			b.Fatal(err)
		}
	}
	for _, r := range all {
		check(r.Exchange) // compiles
	}
	i := 0
	for b.Loop() {
		check(all[i%len(all)].Exchange)
		i++
	}
}
