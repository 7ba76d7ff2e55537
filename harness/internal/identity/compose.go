package identity

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/edit"
)

// Ids that hold others: as bytes, as text in base64, as numbers.

var (
	base64URL = base64.RawURLEncoding
	base32Std = base32.StdEncoding.WithPadding(base32.NoPadding)
)

// bytesIn decodes base64 that has one spelling; nil where the text is none.
func bytesIn(text string) []byte {
	data, _ := base64URL.DecodeString(text)
	if base64URL.EncodeToString(data) != text {
		return nil
	}
	return data
}

// composite replaces GUIDs that stand as bytes in an encoded span.
func (r *rewriter) composite(i, j int, data []byte) {
	for k := 0; k+16 <= len(data); k += 16 {
		memory, ok := memoryOf(r.f(Atom{GUID, guidOf([16]byte(data[k:]))}))
		if !ok {
			return
		}
		copy(data[k:], memory[:])
	}
	r.put(i, j, base64URL.EncodeToString(data))
}

// areFake reports whether bytes are the pseudonyms of GUIDs, however they look encoded.
func areFake(data []byte) bool {
	for k := 0; k+16 <= len(data); k += 16 {
		if !IsFake(Atom{GUID, guidOf([16]byte(data[k:]))}) {
			return false
		}
	}
	return len(data) >= 16
}

// The bytes of a GUID in memory: its first three groups are little-endian.
var guidOrder = [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}

// hyphenated writes 32 hexadecimal digits as a GUID.
func hyphenated(h string) string {
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// guidOf spells a GUID that stands in memory.
func guidOf(memory [16]byte) string {
	var b [16]byte
	for k, from := range guidOrder {
		b[k] = memory[from]
	}
	return hyphenated(hex.EncodeToString(b[:]))
}

// memoryOf is how a GUID stands in memory.
func memoryOf(guid string) (memory [16]byte, ok bool) {
	if !isBareGUID(guid) {
		return memory, false
	}
	b, _ := hex.DecodeString(strings.ReplaceAll(guid, "-", ""))
	for k, from := range guidOrder {
		memory[from] = b[k]
	}
	return memory, true
}

// sid replaces a security identifier: of a cloud object the GUID that its four numbers
// are, of others the numbers of the domain.
func (r *rewriter) sid(i, j int) bool {
	w := r.text[i:j]
	numbers, cloud := strings.CutPrefix(w, "S-1-12-1-")
	if !cloud {
		if !strings.HasPrefix(w, "S-1-5-21-") || strings.Trim(w[2:], "-0123456789") != "" || strings.Count(w, "-") < 6 {
			return false
		}
		r.atom(i, j, SID)
		return true
	}
	if !isSecurityIdentifier(w) { // or has another spelling
		return false
	}
	var memory [16]byte
	for k, number := range strings.Split(numbers, "-") {
		n, _ := strconv.ParseUint(number, 10, 32)
		binary.LittleEndian.PutUint32(memory[4*k:], uint32(n))
	}
	if memory, ok := memoryOf(r.f(Atom{GUID, guidOf(memory)})); ok {
		b := append(make([]byte, 0, 56), "S-1-12-1"...)
		for k := range 4 {
			b = strconv.AppendUint(append(b, '-'), uint64(binary.LittleEndian.Uint32(memory[4*k:])), 10)
		}
		r.put(i, j, string(b))
	}
	return true
}

// The id of a content type of SharePoint begins with its parent's, and the first of all is 0x01.
// Behind that stand two digits for a type that every site has, or of a counter, and 00 and a
// GUID for one that somebody made. More than five pairs of digits in a row hide something else.
const (
	contentTypePrefix = "0x01"
	contentTypePairs  = `(?:[0-9A-Fa-f]{2}){0,5}?`
	contentTypeMade   = contentTypePairs + `00([0-9A-Fa-f]{32})`
)

var (
	isContentType    = matching(contentTypePrefix + contentTypePairs)
	isMadeType       = matching(contentTypePrefix + `(?:` + contentTypeMade + `)+` + contentTypePairs)
	contentTypeMades = regexp.MustCompile(contentTypeMade)
)

// IsContentType reports whether a text is the id of a content type that every site has.
func IsContentType(s string) bool {
	return strings.HasPrefix(s, contentTypePrefix) && isContentType(s)
}

// contentType replaces the GUIDs in the id of a content type, and reports whether there are any.
func (r *rewriter) contentType(i, j int) bool {
	w := r.text[i:j]
	if !strings.HasPrefix(w, contentTypePrefix) || !isMadeType(w) {
		return false
	}
	at := 0
	for _, m := range contentTypeMades.FindAllStringSubmatchIndex(w, -1) {
		r.put(i+at, i+m[2], w[at:m[2]])
		at = m[3]
		r.hex(i+m[2], i+at)
	}
	r.put(i+at, j, w[at:])
	return true
}

// item takes the id of a file of a business drive apart: behind 01 stand, in base32, four
// bytes of the drive and the file's GUID, which its etag has too.
func (a Atom) item() (drive [4]byte, guid string, ok bool) {
	if a.Kind != Item {
		return drive, "", false
	}
	data, err := base32Std.DecodeString(a.Text[2:])
	if err != nil {
		return drive, "", false
	}
	return [4]byte(data), guidOf([16]byte(data[4:])), true
}

// encoded replaces what base64 text holds, if that is ids: GUIDs as bytes, or a text
// that was made of ids, such as TENANT##19:CHAT##USER. It returns where to go on, or 0
// where the word at i is no such thing.
func (r *rewriter) encoded(i, j int) int {
	if i > 0 && r.text[i-1] == '%' { // it could become the digits of an escape
		return 0
	}
	w := r.text[i:j]
	padded := j
	for padded < len(r.text) && r.text[padded] == '=' && padded < j+2 {
		padded++
	}
	if end := r.encodedText(i, j, padded); end > 0 {
		return end
	}
	switch len(w) {
	case 22, 43, 64, 86: // 16, 32, 48, 64 bytes
		if data := bytesIn(w); data != nil && (isMixed(w) && !IsFake(Atom{Token, w}) || areFake(data)) {
			r.composite(i, j, data)
			return padded
		}
	}
	return 0
}

// encodedText replaces the ids of a text in base64.
func (r *rewriter) encodedText(i, end, padded int) int {
	w := r.text[i:end]
	var head [3]byte // most words are told by these, without an allocation
	if _, err := base64URL.Decode(head[:], []byte(w[:4])); err != nil || !ascii.All(string(head[:]), isIDByte) {
		return 0
	}
	plain := bytesIn(w)
	if !ascii.All(string(plain), isIDByte) {
		return 0
	}
	inner := rewriter{text: string(plain), f: r.f, isJoint: r.isJoint}
	inner.scan()
	switch {
	case len(inner.spans) == 0:
		return 0
	case r.isJoint != nil && !inner.isMade(): // there is more in it than ids, such as a name
		return padded
	}
	renamed := base64URL.EncodeToString([]byte(edit.Apply(inner.text, inner.edits)))
	padding := r.text[end:padded] // which stays, right or not
	if padding != "" && len(renamed) != len(w) {
		padding = strings.Repeat("=", (4-len(renamed)%4)%4)
	}
	r.put(i, padded, renamed+padding)
	return padded
}

// isIDByte says what ids are made of when they are put together.
func isIDByte(c byte) bool {
	return ascii.IsAlnum(c) || strings.IndexByte("-_#:@.{},;|!*/=+", c) >= 0
}
