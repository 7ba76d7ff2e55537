package redact_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

// What is encoded beside an id is no part of an id: a name there does not stay.
func TestNamesBesideEncodedIDs(t *testing.T) {
	const name, id = "adele@contoso.com##", "8ea0e38b-efb3-4757-924a-5f94061cf8c2"
	encoded := strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(name)), "=")
	encoded = encoded[:len(encoded)-2]
	for where, i := range placesOf(base64.StdEncoding.EncodeToString([]byte(name + id))) {
		if text, _ := json.Marshal(newRedactor(t).Interaction(i)); strings.Contains(string(text), encoded) {
			t.Errorf("%s: %s", where, text)
		}
	}
}
