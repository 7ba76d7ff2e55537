package media

import (
	"net/http"
	"testing"
)

func TestRangeOf(t *testing.T) {
	for text, want := range map[string]struct {
		r   Range
		all bool
	}{
		"bytes 0-25/128":   {Range{0, 25, 128}, true},
		"Bytes 26-127/128": {Range{26, 127, 128}, true},
		"bytes 26-127/*":   {Range{First: 26, Last: 127}, false},
		"bytes 26-":        {Range{First: 26}, false},
		"bytes 26-25/128":  {Range{26, 25, 128}, false},
		"bytes */128":      {},
		"bytes -5-25/128":  {},
		"items 0-25/128":   {},
		"":                 {},
	} {
		if r, all := RangeOf(http.Header{"content-range": {text}}); r != want.r || all != want.all {
			t.Errorf("%q: got %v, %t", text, r, all)
		}
	}
	if r, all := RangeOf(nil); r != (Range{}) || all {
		t.Errorf("none: got %v, %t", r, all)
	}
}
