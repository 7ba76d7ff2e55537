package strictyaml

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// TestValuesAreCounted: what a file may hold is known before it is parsed.
func TestValuesAreCounted(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "a: |\n  b,\n\n  c: d\ne: >-2\n   f,g\n": 2, "- |\n - a\n- [b,\n  c]\n": 5, "a |\n b,c\n": 3, "a: 1\n": 1, "a: [1, 2]\nb: {c: d, e: f}\n": 6, "- 'a,b,c'\n- \"d,\\\",e\"\n": 2, "a: 'it''s, b'\n": 1,
		"[a 'x, b, c]": 4, "[a- 'x, b]": 3, "[a - 'x, b]": 3, "a: it's, b\nc, d\n": 4, "['a,b', \"c,d\"]": 3, "a: 'b,\n  c,d'\n": 3, "a:'b,c": 2,
	} {
		if got := Values([]byte(text)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// TestManyValues: a file of nothing but punctuation, or of nothing but faults, takes neither
// long nor much memory.
func TestManyValues(t *testing.T) {
	for _, text := range []string{
		"a: [" + strings.Repeat("a,", 4<<20) + "]", strings.Repeat("a:\n", 2<<20), strings.Repeat("-\n", 4<<20),
		strings.Repeat("a:\n", 100_000), "a: [" + strings.Repeat("!x a,", 10_000) + "]", strings.Repeat("? ", 10_000),
	} {
		testkit.Bounded(t, 300_000, func() {
			if _, err := Decode("f.yaml", []byte(text), func(root Value) int { root.Only("it", []string{"b"}); root.Require("it", "b"); return 0 }); err == nil {
				t.Errorf("%.20q was read", text)
			}
		})
	}
}
