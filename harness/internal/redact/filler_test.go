package redact

import (
	"encoding/base64"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// Slices and ranges of a file agree with the whole, whatever their size.
func TestFillerAgrees(t *testing.T) {
	whole := fillerAt(0, 200_000)
	for _, cut := range []int{0, 1, 32, 33, 327_680 / 5, 199_999} {
		if got := fillerAt(0, cut) + fillerAt(int64(cut), len(whole)-cut); got != whole {
			t.Errorf("cut at %d, the slices differ from the whole", cut)
		}
	}
	if got := base64Filler(base64.StdEncoding.EncodeToString([]byte("Dragonfly"))); got != base64.StdEncoding.EncodeToString([]byte(fillerAt(0, 9))) {
		t.Error(got)
	}
}

// A listing shows the hashes of the filler that the download has.
func TestHashesOfFiller(t *testing.T) {
	m := place.Message{Answer: true, Body: `{"value":[{"file":{"hashes":{"quickXorHash":"abc","sha1Hash":"D"}},"size":9},{"size":3,"file":{"hashes":{"sha256Hash":"E"}}}]}`}
	sizes := fileSizes(m)
	if len(sizes) != 2 || sizes["body.$['value'][0]"] != 9 || sizes["body.$['value'][1]"] != 3 {
		t.Fatalf("sizes %v", sizes)
	}
	for name, want := range map[string]string{ // of "wha"; sha1sum, sha256sum, crc32
		"sha1Hash": "AFE2797D1C17EC7E9F071D94EB262976BF475AFA", "crc32Hash": "A6176E39",
		"sha256Hash": "D75F294DFF8E6D42E594AB7B9FB356C37BDDE0533222B613624AFCCB69308468", "quickXorHash": "d0BDGAAAAAAAAAAAAwAAAAAAAAA=",
	} {
		if got := fillerHash(name, 3); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if fillerHash("quickXorHash", -1) != "" || fillerHash("md5Hash", 3) != "" {
		t.Error("a hash of nothing")
	}
}
