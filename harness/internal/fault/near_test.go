package fault_test

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"expct", "expect", 1}, {"giud", "guid", 1},
		{"origin", "orign", 1}, {"kitten", "sitting", 3}, {"path", "url", 4}, {"ca", "abc", 3},
	} {
		if got := fault.Distance(test.a, test.b); got != test.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
		if got := fault.Distance(test.b, test.a); got != test.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", test.b, test.a, got, test.want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"expect", "request", "capture", "as", "GET", "PATCH"}
	for word, want := range map[string]string{
		"expct": "expect", "exepct": "expect", "EXPECT": "expect", "requests": "request", "cap": "capture", "get": "GET",
		"expectation": "", "colour": "", "xx": "", "": "", "sa": "as",
	} {
		if got := fault.Nearest(word, known); got != want {
			t.Errorf("%q is nearest to %q, want %q", word, got, want)
		}
	}
}
