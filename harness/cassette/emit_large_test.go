package cassette

import (
	"strings"
	"testing"
)

// TestLargeBodiesStayAsTheyAre: a body that nobody reads is not stored at several times its
// length.
func TestLargeBodiesStayAsTheyAre(t *testing.T) {
	for size, want := range map[int]bool{1000: true, mostIndented - 20: true, mostIndented + 20: false} {
		body := `["` + strings.Repeat("x", size) + `"]`
		if _, _, ok := indent(nil, body, 0); ok != want {
			t.Errorf("%d bytes are indented: %v", size, ok)
		}
	}
}
