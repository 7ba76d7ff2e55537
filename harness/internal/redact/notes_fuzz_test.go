package redact

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// FuzzNotes: whatever a journal holds as notes, they are read or refused.
func FuzzNotes(f *testing.F) {
	f.Add([]byte(`{"s":"0123456789ab","t":{"user1-vmmr":{"v":"a","b":1}},"p":3}`), []byte(`{}`))
	f.Add([]byte(`{"p":-1e9}`), []byte("\x00"))
	f.Fuzz(func(t *testing.T, one, other []byte) {
		testkit.Bounded(t, len(one)+len(other), func() {
			_, _ = Tags([][]byte{one, other})
			_ = SaltOf([][]byte{one, other})
			if at := PlaceOf(one); at < -1 {
				t.Errorf("place %d", at)
			}
		})
	})
}
