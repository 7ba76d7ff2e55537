package cassette

import (
	"errors"
	"testing"
)

// What no file can hold leaves nothing of itself in what was encoded before it.
func TestUnstorableAppendsNothing(t *testing.T) {
	var e Encoder
	for name, encode := range map[string]func([]byte, *Interaction) ([]byte, error){"Append": e.Append, "Pack": e.Pack} {
		var unstorable *UnstorableError
		got, err := encode([]byte("before"), &Interaction{Response: Response{Code: 99}})
		if string(got) != "before" || !errors.As(err, &unstorable) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
