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
	sum := sha256.Sum256(append(binary.BigEndian.AppendUint32(append(f.block(room[:0], 0x36), "tag"...), uint32(nonce)), value...))
	sum = sha256.Sum256(append(f.block(room[:0], 0x5c), sum[:]...))
	return TagBits(binary.BigEndian.Uint32(sum[:]) >> (32 - 4*5))
}

// block appends the block with which one of the two hashes begins.
func (f *Faker) block(b []byte, pad byte) []byte {
	for n := range sha256.BlockSize {
		if b = append(b, pad); n < len(f.salt) {
			b[n] ^= f.salt[n]
		}
	}
	return b
}

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
