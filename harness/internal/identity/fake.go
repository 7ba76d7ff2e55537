package identity

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/identity/numbered"
)

// A Faker computes pseudonyms of ids from a project's salt: the same value has the same
// pseudonym in every cassette of the project, so that a live request can be redacted and
// looked up.
//
// A pseudonym keeps the length of the id and the class of every position: digits, letters
// that are hexadecimal digits, other letters, each in its case. Its first positions hold
// 64 bits of SHA-256 over salt and value, the others a checksum of these, by which a
// pseudonym is recognised without the salt ([IsFake]).
type Faker struct {
	numbered.Names // of the same salt
}

// NewFaker returns the faker of a salt of any length.
func NewFaker(salt []byte) *Faker {
	return &Faker{sha256.Sum256(salt)}
}

// Text is Rewrite with pseudonyms. Text(Text(s)) = Text(s).
func (f *Faker) Text(s string) string { return Rewrite(s, f.Fake) }

// FindNames lists the pseudonyms of names that stand in a text, in order: those that can be
// recognised within others, so no numbers.
func (f *Faker) FindNames(text string) []Span {
	var spans []Span
	for i := 0; i < len(text); i++ {
		if ascii.IsLetter(text[i]) && (i == 0 || !ascii.IsAlnum(text[i-1])) {
			if end := f.NameEnd(text, i); end > 0 {
				spans = append(spans, Span{i, end})
				i = end - 1
			}
		}
	}
	return spans
}

// Fake is the pseudonym of an atom, or its text if it is one already.
func (f *Faker) Fake(a Atom) string {
	var room [80]position
	at, value := a.positions(room[:0])
	if isFake(a.Text, at, value) {
		return a.Text
	}
	if drive, guid, ok := a.item(); ok {
		fake := f.Fake(Atom{GUID, guid})
		if fake == guid {
			return a.Text
		}
		binary.BigEndian.PutUint32(drive[:], uint32(f.hash(Atom{Hex, hex.EncodeToString(drive[:])})))
		memory, _ := memoryOf(fake)
		return "01" + base32Std.EncodeToString(append(drive[:], memory[:]...))
	}
	var text [64]byte
	for random := f.hash(a); ; random++ {
		b := append(text[:0], a.Text...)
		fill(b, at[:value], random)
		fill(b, at[value:], checksum(b, at[:value]))
		if fake := string(b); a.Kind == Item || !isItem(fake) { // or it would be read as another kind
			return fake
		}
	}
}

// hash is the first 64 bits of SHA-256 over salt, kind and value.
func (f *Faker) hash(a Atom) uint64 {
	var room [160]byte
	b := append(append(room[:0], f.Names[:]...), byte(a.Kind))
	sum := sha256.Sum256(append(b, a.Key()...))
	return binary.BigEndian.Uint64(sum[:])
}

// IsFake reports whether an atom is a pseudonym, of whatever salt: a random id passes for
// one once in 2^27 (a GUID) to 2^12 (the shortest).
func IsFake(a Atom) bool {
	var room [80]position
	at, value := a.positions(room[:0])
	if isFake(a.Text, at, value) { // of an item too, one that could not be taken apart
		return true
	}
	_, guid, ok := a.item()
	return ok && IsFake(Atom{GUID, guid})
}

func isFake(s string, at []position, value int) bool {
	if value == 0 {
		return false
	}
	for _, p := range at[:value] {
		if p.class == other && strings.IndexByte(others, ascii.Lower(s[p.at])) < 0 {
			return false
		}
	}
	seed := checksum(s, at[:value])
	for _, p := range at[value:] {
		seed += gamma
		if ascii.Lower(s[p.at]) != p.pick(seed) {
			return false
		}
	}
	return true
}

// fits reports whether an id has room for a pseudonym.
func (a Atom) fits() bool {
	var room [80]position
	_, value := a.positions(room[:0])
	return value > 0
}

// What may stand at a position, by class. No distinct beginning (eyJ, AAMk, EwA, S-, b!)
// can be made of these.
const (
	none = iota // punctuation, which stays
	digit
	hexLetter
	other

	others = "ghjlmnopqrtuvxz"
)

// tenths are the bits that a class holds, times ten.
var tenths = [...]int{digit: 33, hexLetter: 25, other: 39}

// classes are those of bytes.
var classes = func() (of [256]uint8) {
	for c := range of {
		switch c := byte(c); {
		case ascii.IsDigit(c):
			of[c] = digit
		case ascii.IsHex(c):
			of[c] = hexLetter
		case ascii.IsLetter(c):
			of[c] = other
		}
	}
	return of
}()

// A position of an id that a pseudonym fills, from a class.
type position struct {
	at    uint16
	class uint8
}

// pick chooses a character for a position.
func (p position) pick(random uint64) byte {
	switch n := mix(random); p.class { // lengths that the compiler knows are divided by faster
	case digit:
		return '0' + byte(n%10)
	case hexLetter:
		return 'a' + byte(n%6)
	default:
		return others[n%uint64(len(others))]
	}
}

const (
	valueTenths = 640 // what a pseudonym keeps of the hash
	checkTenths = 120 // the least for its checksum
)

// positions appends the positions that a pseudonym of the atom fills, and says how many
// of them hold the value; the others hold the checksum. value is 0 where there is no room.
func (a Atom) positions(dst []position) (at []position, value int) {
	hex, sum := 0, 0
	for i := a.prefix(); i < len(a.Text); i++ {
		if a.Kind == SID && a.Text[i-1] == '-' {
			i += fixedDigits(a.Text[i:])
		}
		class := classes[a.Text[i]]
		if class == none {
			continue
		}
		if hex++; a.Kind == GUID && (hex == 13 || hex == 17) { // version and variant
			continue
		}
		dst = append(dst, position{uint16(i), class})
		if sum < valueTenths {
			value = len(dst)
		}
		sum += tenths[class]
	}
	check := 0
	for _, p := range dst[value:] {
		check += tenths[p.class]
	}
	if check < checkTenths && a.Kind != GUID { // one of letters alone has 100
		return dst, 0
	}
	return dst, value
}

// prefix is how many first bytes make the form of the id, and stay.
func (a Atom) prefix() int {
	switch a.Kind {
	case Item:
		return 2
	case Outlook:
		return 4
	case SID:
		return len("S-1-5-21-")
	case ICal:
		return len(outlookUID)
	}
	return 0
}

// fixedDigits is how many digits of a number stay, so that it stays below 2^32.
func fixedDigits(s string) (n int) {
	const most = "4294967295"
	if end := strings.IndexByte(s+"-", '-'); end < len(most) {
		return 0
	}
	for n < len(most)-1 && s[n] == most[n] {
		n++
	}
	return n + 1
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

// fill writes a stream of characters to positions, each of its class and in the case that
// stands there.
func fill(s []byte, at []position, seed uint64) {
	for _, p := range at {
		seed += gamma
		c := p.pick(seed)
		if ascii.IsUpper(s[p.at]) {
			c &^= 0x20
		}
		s[p.at] = c
	}
}

// checksum is made of what stands at positions of a text, whatever its case.
func checksum[T string | []byte](s T, at []position) uint64 {
	h := uint64(len(s)) + gamma
	for _, p := range at {
		h = mix(h ^ uint64(ascii.Lower(s[p.at])))
	}
	return h
}

// Tag is the few bits that are kept of a name which a request looks up: 20 bits of a keyed
// hash as five hexadecimal digits, and behind a dot the nonce, unless it is 0. Letter case
// counts from nonce 8 on, for names that differ in nothing else. Who knows the salt
// and a candidate can confirm it to these bits.
func (f *Faker) Tag(value string, nonce int) string { return f.TagBits(value, nonce).Tag(nonce) }

// TagBits are the bits of a tag as a number.
type TagBits uint32

// Tag spells the tag of a nonce that has the bits.
func (bits TagBits) Tag(nonce int) string {
	tag := strconv.FormatUint(1<<TagSize|uint64(bits), 16)[1:] // with the zeros that it begins with
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
	copy(b[:], f.Names[:])
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
