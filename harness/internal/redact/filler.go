package redact

import (
	"encoding/base64"
	"strconv"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// Filler stands for the bytes of files. Byte n of every filler is the same, so that the
// slices of an upload, the ranges of a download and the whole agree, and a listing can show
// the hashes of a file's filler before anybody has seen its content.

// fillerLine is what fillers repeat. It breaks no line: who counts lines counts one.
const fillerLine = "what a file held is not recorded "

var fillerPage = strings.Repeat(fillerLine, 2048)

// filler is n bytes from an offset on.
func filler(offset int64, n int) string {
	start := int(offset % int64(len(fillerLine)))
	if start+n <= len(fillerPage) {
		return fillerPage[start : start+n]
	}
	return strings.Repeat(fillerLine, n/len(fillerLine)+2)[start : start+n]
}

// base64Filler is the base64 of a filler of as many bytes as s is base64 of.
func base64Filler(s string) string {
	encoding := base64.StdEncoding
	n := encoding.DecodedLen(len(s)) - (len(s) - len(strings.TrimRight(s, "=")))
	if !strings.HasSuffix(s, "=") && len(s)%4 != 0 {
		encoding = base64.RawStdEncoding
		n = encoding.DecodedLen(len(s))
	}
	return encoding.EncodeToString([]byte(filler(0, max(n, 0))))
}

// largestHashed bounds the files whose fillers are hashed.
const largestHashed = 64 << 20

type fillerKey struct {
	name string
	size int64
}

var fillerHashes sync.Map // of fillerKey: string

// fillerHash is a hash of a file's filler as a listing shows it, "" for one that is not
// known or of too large a file.
func fillerHash(name string, size int64) string {
	if size < 0 || size > largestHashed {
		return ""
	}
	k := fillerKey{strings.ToLower(name), size}
	if known, ok := fillerHashes.Load(k); ok {
		return known.(string)
	}
	is, _ := graph.FileHash(name, filler(0, int(size)))
	fillerHashes.Store(k, is)
	return is
}

// offsetOf reads where a slice begins: Content-Range: bytes 0-25/128.
func offsetOf(contentRange string) int64 {
	unit, span, _ := strings.Cut(contentRange, " ")
	first, _, ok := strings.Cut(span, "-")
	if !ok || !strings.EqualFold(unit, "bytes") {
		return 0
	}
	n, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return 0
	}
	return max(n, 0)
}
