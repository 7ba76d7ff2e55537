package identity

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"
)

// Tag is the few bits that are kept of a name which a request looks up: 20 bits of a keyed
// hash as five hexadecimal digits, and behind a dot the nonce, unless it is 0. Letter case
// counts from nonce 8 on, for names that differ in nothing else. Who knows the salt
// and a candidate can confirm it to these bits.
func (f *Faker) Tag(value string, nonce int) string { return f.TagBits(value, nonce).Tag(nonce) }

// TagBits are the bits of a tag as a number.
type TagBits uint32

// Tag spells the tag of a nonce that has the bits.
func (bits TagBits) Tag(nonce int) string {
	const digits = "0123456789abcdef"
	tag := string([]byte{digits[bits>>16&15], digits[bits>>12&15], digits[bits>>8&15], digits[bits>>4&15], digits[bits&15]})
	if nonce > 0 {
		tag += "." + strconv.Itoa(nonce)
	}
	return tag
}

// TagBits are those of a value's tag.
func (f *Faker) TagBits(value string, nonce int) TagBits {
	if nonce < exactNonce {
		value = strings.ToLower(value)
	}
	var room [256]byte
	b := binary.BigEndian.AppendUint32(append(append(room[:0], f.inner[:]...), "tag"...), uint32(nonce))
	sum := f.hmac(append(b, value...))
	return TagBits(binary.BigEndian.Uint32(sum[:]) >> (32 - TagSize))
}

// hmac is HMAC-SHA-256 by the salt of what stands behind the inner block, as crypto/hmac has
// it: without its allocations, since a recording of many names asks for the bits of each
// several times.
func (f *Faker) hmac(inner []byte) [sha256.Size]byte {
	sum := sha256.Sum256(inner)
	var outer [sha256.BlockSize + sha256.Size]byte
	copy(outer[copy(outer[:], f.outer[:]):], sum[:])
	return sha256.Sum256(outer[:])
}

// TagSize is how many bits a tag has.
const TagSize = 20

// exactNonce is the first nonce with which letter case counts.
const exactNonce = 8

// Nonce reads the nonce of a tag; ok is false for what is no tag.
func Nonce(tag string) (nonce int, ok bool) {
	bits, number, nonced := strings.Cut(tag, ".")
	if len(bits) != 5 || strings.Trim(bits, "0123456789abcdef") != "" {
		return 0, false
	}
	if !nonced {
		return 0, true
	}
	nonce, err := strconv.Atoi(number)
	return nonce, err == nil && nonce > 0 && number[0] != '0' && number[0] != '+'
}
