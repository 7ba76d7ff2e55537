package match

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// What grows, grows evenly.
func TestLinear(t *testing.T) {
	batch := func(method string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,{"id":"%d","method":"%s","url":"/users/%d"}`, i, method, i)
		}
		return `{"requests":[` + b.String()[1:] + `]}`
	}
	for name, use := range map[string]func(){
		"200,000 parts": func() {
			keyOfBody(t, http.Header{"Content-Type": {"multipart/mixed; boundary=b"}}, []byte(strings.Repeat("--b\n", 200_000)))
		},
		"60,000 writes and reads": func() {
			newIndex(t, Rules{}, parseRecording(t, "POST /$batch "+batch("DELETE", 60_000)+" => 200 {}\nPOST /$batch "+batch("GET", 60_000)+" => 200 {}"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			best := time.Hour
			for n := 0; n < 3 && best > 3*time.Second; n++ { // a machine that is busy once is not busy thrice
				began := time.Now()
				use()
				best = min(best, time.Since(began))
			}
			t.Logf("took %v", best.Round(time.Millisecond))
			if best > 3*time.Second {
				t.Errorf("took %v", best)
			}
		})
	}
}
