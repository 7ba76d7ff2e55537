package words

import "github.com/graphvcr/graphvcr/harness/internal/ascii"

// An index maps pairs of a list's number and a text to numbers, whatever the letter case of
// the text: an open hash table without pointers, so that a table of forty thousand words is
// made in some milliseconds, a look-up allocates nothing, and a garbage collection passes by.
type index struct {
	texts []byte
	slots []slot // a power of two, at least a quarter free
	used  int
}

type slot struct {
	start, size uint32 // of the text; no size is free
	list        uint32
	value       uint32
}

func newIndex(bits, size int) index {
	return index{texts: make([]byte, 0, size), slots: make([]slot, 1<<bits)}
}

// find returns the slot of a pair, or the free one where it belongs.
func (x *index) find(list uint32, text string) *slot {
	h := hash(list, text)
	for mask := uint64(len(x.slots) - 1); ; h++ {
		s := &x.slots[h&mask]
		if s.size == 0 || s.list == list && int(s.size) == len(text) && equalFold(x.text(s), text) {
			return s
		}
	}
}

func (x *index) text(s *slot) []byte { return x.texts[s.start : s.start+s.size] }

// hash is the same for texts that differ in letter case only.
func hash(list uint32, text string) uint64 {
	const prime, small = 0x9e3779b97f4a7c15, 0x2020202020202020
	h := (uint64(list+1) ^ uint64(len(text))<<32) * prime
	for len(text) >= 8 {
		h = (h ^ (eight(text) | small)) * prime
		h ^= h >> 32
		text = text[8:]
	}
	var rest uint64
	for i := range len(text) {
		rest = rest<<8 | uint64(text[i]|' ')
	}
	h = (h ^ rest) * prime
	return h ^ h>>32
}

func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func (x *index) has(list uint32, text string) bool {
	return text != "" && x.find(list, text).size > 0
}

// add puts a pair into the index unless it is there, and returns its number.
func (x *index) add(list uint32, text string, value uint32) uint32 {
	s := x.find(list, text)
	if s.size > 0 {
		return s.value
	}
	*s = slot{uint32(len(x.texts)), uint32(len(text)), list, value}
	x.texts = append(x.texts, text...)
	if x.used++; x.used > len(x.slots)/4*3 {
		old := x.slots
		x.slots = make([]slot, 2*len(old))
		for _, s := range old {
			if s.size > 0 {
				*x.find(s.list, string(x.text(&s))) = s
			}
		}
	}
	return value
}

// equalFold is of ASCII: Unicode folding would take the Kelvin sign for a k.
func equalFold[T string | []byte](a T, b string) bool {
	if string(a) == b {
		return true
	}
	for i := range len(a) {
		if ascii.Lower(a[i]) != ascii.Lower(b[i]) {
			return false
		}
	}
	return true
}
