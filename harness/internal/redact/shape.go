package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// A shape pseudonym stands for an id or token that must keep its length and the class
// of every position. Its free positions are letters and digits: the first of them
// count, the last are a checksum of all that stands before, so that a pseudonym can
// be told from a real value without a list.

const (
	digits  = "0123456789"
	letters = "abcdef" // for letters that are hexadecimal digits, so that they stay ones
	others  = "ghjnpr" // for others; no telling beginning (eyJ, AAMk, EwA, S-) can be made of them
)

// minFree is how many free positions a value must have to be told apart at all.
const minFree = 8

// appendFolded appends s without letter case.
func appendFolded(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = append(dst, ascii.Lower(s[i]))
	}
	return dst
}

// A mold says which positions of a value stay: a prefix that makes its format, and in
// a GUID the version and the variant.
type mold struct {
	prefix int
	guid   bool
}

// free lists the positions that a pseudonym may fill.
func (m mold) free(dst []int, s []byte) []int {
	hex := 0
	for i := m.prefix; i < len(s); i++ {
		if !ascii.IsDigit(s[i]) && !ascii.IsLower(s[i]) {
			continue
		}
		hex++
		if m.guid && (hex == 13 || hex == 17) {
			continue
		}
		dst = append(dst, i)
	}
	return dst
}

// checked is how many of n free positions are the checksum.
func checked(n int) int {
	if n >= 24 {
		return 12
	}
	return n / 2
}

// mix is the finaliser of splitmix64.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

const gamma = 0x9e3779b97f4a7c15

// fill writes a stream of letters and digits to positions, keeping their classes.
func fill(s []byte, at []int, seed uint64) {
	for _, i := range at {
		seed += gamma
		s[i] = pick(s, i, mix(seed))
	}
}

// pick chooses a letter or digit for s[i], of its class.
func pick(s []byte, i int, random uint64) byte {
	switch c := s[i]; {
	case ascii.IsDigit(c):
		return digits[random%10]
	case c > 'f':
		return others[random%6]
	}
	if c := letters[random%6]; c != 'b' || i+1 == len(s) || s[i+1] != '!' {
		return c
	}
	return 'a' // b! begins the id of a drive
}

// sum is a checksum of what stands before the checksum.
func sum(s []byte, counting []int) uint64 {
	h := uint64(len(s)) + gamma
	for _, i := range counting {
		h = mix(h ^ uint64(s[i]))
	}
	return h
}

// isShort reports whether s, which is folded, has too few free positions to be told
// from a pseudonym.
func (m mold) isShort(s []byte) bool {
	var room [64]int
	return len(m.free(room[:0], s)) < minFree
}

// stamp makes a pseudonym of s, which is folded and not short, from a number.
func (m mold) stamp(s []byte, random uint64) {
	var room [64]int
	at := m.free(room[:0], s)
	n := len(at) - checked(len(at))
	fill(s, at[:n], random)
	fill(s, at[n:], sum(s, at[:n]))
}

// pseudonym is a stamped copy of s.
func (m mold) pseudonym(s []byte, random uint64) string {
	b := append([]byte(nil), s...)
	m.stamp(b, random)
	for len(b) == 34 && m.prefix == 0 && b[0] == '0' && b[1] == '1' { // as only items of drives begin
		random++
		m.stamp(b, random)
	}
	return string(b)
}

// stamped reports whether s, which is folded, is such a pseudonym.
func (m mold) stamped(s []byte) bool {
	var room [64]int
	at := m.free(room[:0], s)
	if len(at) < minFree {
		return false
	}
	n := len(at) - checked(len(at))
	for _, i := range at[:n] {
		if s[i] > 'f' && strings.IndexByte(others, s[i]) < 0 {
			return false
		}
	}
	seed := sum(s, at[:n])
	for _, i := range at[n:] {
		seed += gamma
		if s[i] != pick(s, i, mix(seed)) {
			return false
		}
	}
	return true
}

// cased gives a folded pseudonym the letter case of the original, place by place. One
// of another length, which no id has, stays as it is.
func cased(pseudonym, original string) string {
	if len(pseudonym) != len(original) {
		return pseudonym
	}
	for i := range len(original) {
		if ascii.IsUpper(original[i]) && ascii.IsLower(pseudonym[i]) {
			b := []byte(pseudonym)
			for j := i; j < len(original); j++ {
				if ascii.IsUpper(original[j]) && ascii.IsLower(b[j]) {
					b[j] &^= 0x20
				}
			}
			return string(b)
		}
	}
	return pseudonym
}

// blank fills a short token with the first of each class.
func blank(s string) string {
	b := []byte(s)
	for i, c := range b {
		switch {
		case ascii.IsDigit(c):
			b[i] = digits[0]
		case ascii.IsHex(c):
			b[i] = letters[0]
		case ascii.IsLetter(c):
			b[i] = others[0]
		}
		if ascii.IsUpper(c) {
			b[i] &^= 0x20
		}
	}
	return string(b)
}
