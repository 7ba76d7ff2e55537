package cassette

import (
	"errors"
	"testing"
)

// What no file can hold leaves nothing of itself in what was encoded before it.
func TestUnstorableAppendsNothing(t *testing.T) {
	var e Encoder
	var unstorable *UnstorableError
	got, err := e.Append([]byte("before"), &Interaction{Response: Response{Code: 99}})
	if string(got) != "before" || !errors.As(err, &unstorable) {
		t.Errorf("%q, %v", got, err)
	}
}

// The method is read from what was encoded, whatever else it holds.
func TestMethod(t *testing.T) {
	var e Encoder
	for _, text := range awkward {
		i := sample(0, text+"\nmethod: PUT\n      method: GET\n")
		encoded, err := e.Append(nil, i)
		if got := e.Method(encoded); got != "POST" || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
