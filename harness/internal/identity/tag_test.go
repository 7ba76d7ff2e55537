package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"testing"
)

// A tag is 20 bits of HMAC-SHA-256: cassettes hold them.
func TestTagIsHMAC(t *testing.T) {
	salt := []byte("0123456789abcdef")
	f, key := NewFaker(salt), sha256.Sum256(salt)
	for _, value := range []string{"", "a", "Adele Vance", strings.Repeat("x", 1000)} {
		for _, nonce := range []int{0, 1, exactNonce, 15} {
			mac := hmac.New(sha256.New, key[:])
			text := value
			if nonce < exactNonce {
				text = strings.ToLower(text)
			}
			mac.Write(append(binary.BigEndian.AppendUint32([]byte("tag"), uint32(nonce)), text...))
			if is, want := f.TagBits(value, nonce), binary.BigEndian.Uint32(mac.Sum(nil))>>12; uint32(is) != want {
				t.Errorf("%.10q, nonce %d: %05x, want %05x", value, nonce, is, want)
			}
		}
	}
	if tag := f.Tag("Adele Vance", 3); tag != f.TagBits("adele vance", 3).Tag(3) || len(tag) != len("00000.3") {
		t.Errorf("%q", tag)
	}
	if n := testing.AllocsPerRun(10, func() { f.TagBits("adele vance", 1) }); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}
