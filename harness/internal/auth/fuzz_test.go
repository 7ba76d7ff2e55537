package auth

import (
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// FuzzRefused: whatever a service answers to a sign-in, it has a few words.
func FuzzRefused(f *testing.F) {
	f.Add(`{"error":"invalid_grant","error_description":"AADSTS70000: x"}`)
	f.Add("POST https://x\n{\n{}}\x00")
	f.Add(`{"error":{"code":"InvalidAuthenticationToken"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		testkit.Bounded(t, len(text), func() {
			_ = signInWords(text)
			if code := errorCode([]byte(text)); len(code) > 400 {
				t.Errorf("a code of %d bytes", len(code))
			}
		})
	})
}
