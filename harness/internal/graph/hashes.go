package graph

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strings"
)

// FileHash is the hash of a file's content as the member of that name shows it
// (v1.0/resources/hashes); ok is false for a name that is no such member's.
func FileHash(member, content string) (hash string, ok bool) {
	switch strings.ToLower(member) {
	case "sha1hash":
		sum := sha1.Sum([]byte(content))
		return strings.ToUpper(hex.EncodeToString(sum[:])), true
	case "sha256hash":
		sum := sha256.Sum256([]byte(content))
		return strings.ToUpper(hex.EncodeToString(sum[:])), true
	case "crc32hash":
		return strings.ToUpper(hex.EncodeToString(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(content))))), true
	case "quickxorhash":
		return base64.StdEncoding.EncodeToString(quickXor(content)), true
	}
	return "", false
}

// IsFileHash reports whether a member of that name shows a hash of a file's content.
func IsFileHash(member string) bool {
	_, ok := FileHash(member, "")
	return ok
}

// quickXor is OneDrive's hash: each byte is xored in, 11 bits further than the one before,
// round a circle of 160 bits, and the length into the last 64
// (onedrive/developer/code-snippets/quickxorhash).
func quickXor(text string) []byte {
	var circle [20]byte
	at := 0
	for i := range len(text) {
		spread := uint16(text[i]) << (at % 8)
		circle[at/8] ^= byte(spread)
		circle[(at/8+1)%20] ^= byte(spread >> 8)
		at = (at + 11) % 160
	}
	var length [8]byte
	binary.LittleEndian.PutUint64(length[:], uint64(len(text)))
	for i, b := range length {
		circle[12+i] ^= b
	}
	return circle[:]
}
