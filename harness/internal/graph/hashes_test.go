package graph_test

import (
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

func TestFileHash(t *testing.T) {
	for text, want := range map[string]string{ // of rclone's tests
		"": "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "Sg==": "SgAAAAAAAAAAAAAAAQAAAAAAAAA=", "tbQ=": "taAFAAAAAAAAAAAAAgAAAAAAAAA=", "0pZP": "0rDEEwAAAAAAAAAAAwAAAAAAAAA=",
	} {
		plain, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := hashed("quickXorHash", string(plain)); got != want || !ok {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	for name, want := range map[string]string{ // of "wha"; sha1sum, sha256sum, crc32
		"sha1Hash": "AFE2797D1C17EC7E9F071D94EB262976BF475AFA", "crc32Hash": "A6176E39",
		"sha256Hash": "D75F294DFF8E6D42E594AB7B9FB356C37BDDE0533222B613624AFCCB69308468",
	} {
		if got, ok := hashed(name, "wha"); got != want || !ok || !graph.IsFileHash(name) {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if got, ok := hashed("md5Hash", "wha"); ok || got != "" || graph.IsFileHash("md5Hash") {
		t.Errorf("a hash that no file shows: %s", got)
	}
}

// hashed is a hash of a content, which comes in pieces.
func hashed(member, content string) (hash string, ok bool) {
	h, ok := graph.NewFileHash(member)
	if !ok {
		return "", false
	}
	for len(content) > 0 {
		n := min(len(content), 1+len(content)/3)
		_, _ = io.WriteString(h, content[:n])
		h, content = h.Clone(), content[n:]
	}
	return h.Text(), true
}

// TestQuickXorOfMuch: of more bytes than the circle has places, by the definition.
func TestQuickXorOfMuch(t *testing.T) {
	content := strings.Repeat("what a file holds, ", 100)
	var circle [20]byte
	for i := range len(content) {
		for bit := range 8 {
			if content[i]>>bit&1 == 1 {
				at := (i*11 + bit) % 160
				circle[at/8] ^= 1 << (at % 8)
			}
		}
	}
	for i := range 8 {
		circle[12+i] ^= byte(len(content) >> (8 * i))
	}
	if got, _ := hashed("quickXorHash", content); got != base64.StdEncoding.EncodeToString(circle[:]) {
		t.Errorf("got %s, want %x", got, circle)
	}
}
