package strictyaml

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// FuzzDecode: whatever a file holds, it is walked or refused.
func FuzzDecode(f *testing.F) {
	f.Add("a: 1\nb: [x, {c: ~}]\n? [d]\n: e\n")
	f.Add("a: &a {b: *a}\n<<: *a\n")
	f.Add("a: &a [1]\nb: [" + strings.Repeat("*a,", 50) + "]\n---\n")
	f.Add("\tx: !!binary aGk=\n\xff")
	f.Fuzz(func(t *testing.T, text string) {
		testkit.Bounded(t, len(text), func() {
			_, _ = Decode("f.yaml", []byte(text), func(root Value) int { return walked(root, 0) })
		})
	})
}

func walked(v Value, depth int) (n int) {
	switch n = 1; v.Kind() {
	case List:
		for _, item := range v.Items() {
			n += walked(item, depth+1)
		}
	case Mapping:
		for _, m := range v.Members() {
			n += walked(m.Value, depth+1)
		}
	default:
		_ = v.Tree()
	}
	return n
}
