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
	var room [256]byte // HMAC-SHA-256 without the allocations of crypto/hmac: each name has several tags
	inner, outer := f.block(0x36), f.block(0x5c)
	b := binary.BigEndian.AppendUint32(append(append(room[:0], inner[:]...), "tag"...), uint32(nonce))
	sum := sha256.Sum256(append(b, value...))
	sum = sha256.Sum256(append(append(room[:0], outer[:]...), sum[:]...))
	return TagBits(binary.BigEndian.Uint32(sum[:]) >> (32 - TagSize))
}

// block is that with which one of the two hashes begins.
func (f *Faker) block(pad byte) (b [sha256.BlockSize]byte) {
	copy(b[:], f.salt[:])
	for n := range b {
		b[n] ^= pad
	}
	return b
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
