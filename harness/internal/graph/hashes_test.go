package graph_test

import (
	"encoding/base64"
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
		if got, ok := graph.FileHash("quickXorHash", string(plain)); got != want || !ok {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	for name, want := range map[string]string{ // of "wha"; sha1sum, sha256sum, crc32
		"sha1Hash": "AFE2797D1C17EC7E9F071D94EB262976BF475AFA", "crc32Hash": "A6176E39",
		"sha256Hash": "D75F294DFF8E6D42E594AB7B9FB356C37BDDE0533222B613624AFCCB69308468",
	} {
		if got, ok := graph.FileHash(name, "wha"); got != want || !ok || !graph.IsFileHash(name) {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if got, ok := graph.FileHash("md5Hash", "wha"); ok || got != "" || graph.IsFileHash("md5Hash") {
		t.Errorf("a hash that no file shows: %s", got)
	}
}
