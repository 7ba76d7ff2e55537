package identity

import (
	"encoding/binary"
	"hash"
	"strconv"
	"strings"
)

// Tag is the few bits that are kept of a name which a request looks up: 20 bits of a keyed
// hash as five hexadecimal digits, and behind a dot the nonce, unless it is 0. Letter case
// counts from nonce 8 on, for names that differ in nothing else. Who knows the salt
// and a candidate can confirm it to these bits.
func (f *Faker) Tag(value string, nonce int) string { return TagOf(f.TagBits(value, nonce), nonce) }

// TagOf spells a tag.
func TagOf(bits uint32, nonce int) string {
	const digits = "0123456789abcdef"
	tag := string([]byte{digits[bits>>16&15], digits[bits>>12&15], digits[bits>>8&15], digits[bits>>4&15], digits[bits&15]})
	if nonce > 0 {
		tag += "." + strconv.Itoa(nonce)
	}
	return tag
}

// TagBits are the bits of a tag as a number.
func (f *Faker) TagBits(value string, nonce int) uint32 {
	if nonce < exactNonce {
		value = strings.ToLower(value)
	}
	mac := f.macs.Get().(hash.Hash)
	defer f.macs.Put(mac)
	mac.Reset()
	b := binary.BigEndian.AppendUint32([]byte("tag"), uint32(nonce))
	b = append(b, value...)
	mac.Write(b)
	return binary.BigEndian.Uint32(mac.Sum(b[:0])) >> (32 - TagSize)
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
