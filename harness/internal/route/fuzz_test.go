package route_test

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/route"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// FuzzIndex: whatever index.json holds, it is read or refused, and what it says of an
// address ends.
func FuzzIndex(f *testing.F) {
	f.Add(`{"format": 1, "resources": {"me": "n.x"}, "types": {"n.x": {"base": "n.x", "properties": {"id": "Edm.String", "me": "Collection(n.x)"}}}}`)
	f.Add(`{"format": 1, "resources": {"me": "Collection(Collection("}, "types": {}}`)
	f.Fuzz(func(t *testing.T, text string) {
		testkit.Bounded(t, len(text), func() {
			x, err := route.Parse([]byte(text), "index.json")
			if err != nil {
				return
			}
			for _, path := range []string{"/me", "/me/me/me/id", "/me('1')/id/$value", "/me/n.x/f(a=1)"} {
				_, _ = x.Resolve("GET", path)
			}
			_, _ = x.Context("#me/$entity")
		})
	})
}
