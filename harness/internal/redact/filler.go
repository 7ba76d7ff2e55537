package redact

import (
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// fillerLine is what fillers repeat. It breaks no line: who counts lines counts one.
const fillerLine = "what a file held is not recorded "

// fillerAt is n bytes of it from an offset on.
func fillerAt(offset int64, n int) string {
	start := int(offset % int64(len(fillerLine)))
	return strings.Repeat(fillerLine, n/len(fillerLine)+2)[start : start+n]
}

// fillerFor is the filler of a leaf, which stands at an offset of its file.
func fillerFor(l *place.Leaf, offset int64) string {
	if !utf8.ValidString(l.Text) && !l.Declared { // what is no text must not become one, which is read otherwise
		return strings.Repeat("\xff", len(l.Text))
	}
	return fillerAt(offset, len(l.Text))
}

// isFiller reports whether a text stands for the bytes of a file.
func isFiller(s string) bool {
	const telling = 16
	return len(s) >= telling && (strings.Contains(fillerPage[:8*telling], s[:min(len(s), 4*telling)]) || strings.Count(s, "\xff") == len(s))
}

// base64Filler is the base64 of a filler of as many bytes as s is base64 of.
func base64Filler(s string) string {
	encoding, bare := base64.StdEncoding, strings.TrimRight(s, "=")
	if len(bare) == len(s) {
		encoding = base64.RawStdEncoding
	}
	return encoding.EncodeToString([]byte(fillerAt(0, base64.RawStdEncoding.DecodedLen(len(bare)))))
}

// fillerHash is a hash of a file's filler as a listing shows it, "" for one that is not
// known or of too large a file. What many files begin with is hashed once.
func fillerHash(name string, size int64) string {
	const largestHashed = 64 << 20
	begun, ok := graph.NewFileHash(name)
	if !ok || size < 0 || size > largestHashed {
		return ""
	}
	step := int64(len(fillerPage))
	hashedPages.Lock()
	pages := hashedPages.by[strings.ToLower(name)]
	for int64(len(pages)) <= size/step {
		if len(pages) > 0 {
			begun = pages[len(pages)-1].Clone()
			_, _ = io.WriteString(begun, fillerPage)
		}
		pages = append(pages, begun)
	}
	hashedPages.by[strings.ToLower(name)] = pages
	hashedPages.Unlock()
	h := pages[size/step].Clone()
	_, _ = io.WriteString(h, fillerPage[:size%step])
	return h.Text()
}

var fillerPage = strings.Repeat(fillerLine, 2048)

// hashedPages are the hashes of so many pages of filler, from 0 on, by their members.
var hashedPages = struct {
	sync.Mutex
	by map[string][]graph.FileHash
}{by: map[string][]graph.FileHash{}}

// fileSizes are the sizes of the files whose hashes a message shows, by the places of the files.
func fileSizes(m place.Message) map[string]int64 {
	if !strings.Contains(m.Body, `Hash"`) {
		return nil
	}
	sizes := map[string]int64{}
	eachText(func(l *place.Leaf) {
		if l.Name == "size" && (l.Role == place.Number || l.Role == place.Member) {
			if n, err := strconv.ParseInt(l.Text, 10, 64); err == nil {
				sizes[strings.TrimSuffix(l.Place(), "['size']")] = n
			}
		}
	}, &m)
	return sizes
}
