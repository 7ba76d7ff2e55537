package graph

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"slices"
	"strings"
)

// A FileHash is a hash of a file's content, as far as that was written to it.
type FileHash struct {
	hash.Hash
	spell func(sum []byte) string
}

// fileHashes begin the hashes of files by the members that show them, in lower case
// (v1.0/resources/hashes).
var fileHashes = map[string]func() FileHash{
	"sha1hash":   func() FileHash { return FileHash{sha1.New(), capitals} },
	"sha256hash": func() FileHash { return FileHash{sha256.New(), capitals} },
	"crc32hash": func() FileHash {
		return FileHash{crc32.NewIEEE(), func(sum []byte) string { slices.Reverse(sum); return capitals(sum) }}
	},
	"quickxorhash": func() FileHash { return FileHash{&quickXor{}, base64.StdEncoding.EncodeToString} },
}

func capitals(sum []byte) string { return strings.ToUpper(hex.EncodeToString(sum)) }

// IsFileHash reports whether a member of that name shows a hash of a file's content.
func IsFileHash(member string) bool { return fileHashes[strings.ToLower(member)] != nil }

// NewFileHash begins the hash that the member of that name shows; ok is false for a name that
// is no such member's.
func NewFileHash(member string) (h FileHash, ok bool) {
	begin := fileHashes[strings.ToLower(member)]
	if begin == nil {
		return h, false
	}
	return begin(), true
}

// Text is the hash as the member shows it.
func (h FileHash) Text() string { return h.spell(h.Sum(nil)) }

// Clone is a copy, to which other content can be written.
func (h FileHash) Clone() FileHash {
	is, err := h.Hash.(hash.Cloner).Clone()
	if err != nil {
		panic(err) // those of the standard library and ours can be copied
	}
	return FileHash{is, h.spell}
}

// quickXor is OneDrive's hash: each byte is xored in, 11 bits further than the one before,
// round a circle of 160 bits, and the length into the last 64
// (onedrive/developer/code-snippets/quickxorhash). So every 160th byte stands at one place.
type quickXor struct {
	places [160]byte
	size   uint64
}

func (q *quickXor) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		at := q.places[q.size%160:]
		n := subtle.XORBytes(at, at, rest)
		q.size, rest = q.size+uint64(n), rest[n:]
	}
	return len(p), nil
}

func (q *quickXor) Sum(b []byte) []byte {
	var circle [20]byte
	for i, c := range q.places {
		at := i * 11 % 160
		spread := uint16(c) << (at % 8)
		circle[at/8] ^= byte(spread)
		circle[(at/8+1)%20] ^= byte(spread >> 8)
	}
	last := circle[12:]
	binary.LittleEndian.PutUint64(last, binary.LittleEndian.Uint64(last)^q.size)
	return append(b, circle[:]...)
}

func (q *quickXor) Clone() (hash.Cloner, error) { is := *q; return &is, nil }
func (q *quickXor) Reset()                      { *q = quickXor{} }
func (q *quickXor) Size() int                   { return 20 }
func (q *quickXor) BlockSize() int              { return len(q.places) }
