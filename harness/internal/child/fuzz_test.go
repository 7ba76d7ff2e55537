package child

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// FuzzStore: whatever a file of certificates holds, a store for Java is made of what is one.
func FuzzStore(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN X-----\n-----END X-----\n"))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nHeader: " + "x\n\n\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		testkit.Bounded(t, len(text), func() {
			if len(javaStore(text)) == 0 {
				t.Error("there is no store")
			}
		})
	})
}
