package place_test

import (
	"slices"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// The id of a mail stands in brackets, and what stands for one does; markup without blanks is
// markup, also with an address in it.
func TestBracketed(t *testing.T) {
	for text, want := range map[string]string{
		"<abc@mail.example>": ">bracketed", "<abc@srv01>": ">bracketed", "<value1-ghjk>": ">bracketed",
		"<p>a-b@mail.example</p>": ">.text[0]", "<b>a@b</b>": ">.text[0]", "<p>x</p>": ">.text[0]", "<h1>": ">.name[0]",
	} {
		m := place.Message{Method: "POST", Address: "https://graph.microsoft.com/v1.0/me", Body: `{"x":"` + text + `"}`}
		var places []string
		place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
			places = append(places, l.Place())
			return "", false
		})
		if place := "body.$['x']" + want; !slices.Contains(places, place) {
			t.Errorf("%s: %q has no %s", text, places, place)
		}
	}
}
