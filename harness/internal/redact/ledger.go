package redact

import (
	"encoding/hex"
	"hash/maphash"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// A ledger knows which pseudonym stands for which value. Values are compared without
// letter case.
type ledger struct {
	tag  string
	seed uint64

	mu    sync.RWMutex
	to    map[string]string     // book and folded value -> pseudonym
	guids map[[16]byte][16]byte // GUIDs by their bytes: most ids are, and there may be millions
	taken map[uint64]struct{}   // hashes of book and pseudonym; one that collides is passed over
	next  map[string]int        // book -> the number given last

	key     maphash.Seed
	learned map[uint64]struct{} // the questions that are answered, of the books that texts are searched for

	// These say which values may be known, so that most words need no look-up.
	tokens, names, domains lengths
	echoes                 echoes

	// reserved are values of an earlier recording, which get no new meaning.
	reserved map[string]bool
}

// lengths says for each first letter, folded, which lengths values have.
type lengths [256]atomic.Uint64

func (l *lengths) note(s string)     { l[ascii.Lower(s[0])].Or(lengthBit(len(s))) }
func (l *lengths) may(s string) bool { return l[ascii.Lower(s[0])].Load()&lengthBit(len(s)) != 0 }

func newLedger(tag string) *ledger {
	l := &ledger{
		tag: tag, key: maphash.MakeSeed(),
		to: map[string]string{}, guids: map[[16]byte][16]byte{}, taken: map[uint64]struct{}{}, next: map[string]int{},
		learned: map[uint64]struct{}{},
	}
	for i := range len(tag) {
		l.seed = mix(l.seed ^ uint64(tag[i]) + gamma)
	}
	return l
}

// The books. A value has one pseudonym in each.
const (
	shapes  = "\x01" // ids and tokens that keep their shape
	users   = "\x02" // addresses
	domains = "\x03"
	hosts   = "\x04" // first labels of SharePoint's hosts
	phones  = "\x05"
	files   = "\x06"
	sids    = "\x07"
	tokens  = "\x08" // values of any book that are looked for word by word
	locals  = "\x0e" // beginnings of addresses that filters ask for
)

// An answer is what the ledger says of a value.
type answer struct {
	pseudonym string
	known     bool // the value was met before, as a value that has a pseudonym
}

// look finds a value without entering it.
func (l *ledger) look(book, folded string) (string, bool) {
	var room [96]byte
	key := append(append(room[:0], book...), folded...)
	l.mu.RLock()
	defer l.mu.RUnlock()
	p, ok := l.to[string(key)]
	return p, ok
}

// find is look for a value that is not folded yet.
func (l *ledger) find(book, s string) (string, bool) {
	var room [96]byte
	key := fold(append(room[:0], book...), s)
	l.mu.RLock()
	defer l.mu.RUnlock()
	p, ok := l.to[string(key)]
	return p, ok
}

// fold appends what strings.ToLower makes of s.
func fold(dst []byte, s string) []byte {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return append(dst, strings.ToLower(s)...)
		}
	}
	return appendFolded(dst, s)
}

// enter finds a value, or gives it the pseudonym that make returns for a number; make
// is asked with growing numbers until its answer is not taken. A suggestion that is
// free goes first.
func (l *ledger) enter(book, folded, suggestion string, make func(n int) string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := book + folded
	if p, ok := l.to[key]; ok {
		return p
	}
	p := l.choose(book, suggestion, make)
	l.learn(book, folded, p)
	return p
}

// learn is called with the lock held.
func (l *ledger) learn(book, folded, pseudonym string) {
	l.to[book+folded] = pseudonym
	switch book {
	case tokens, domains, name.book():
		l.learned[l.question(book, folded)] = struct{}{}
	}
}

// choose takes a pseudonym that nobody has. The lock is held.
func (l *ledger) choose(book, suggestion string, make func(n int) string) string {
	p := suggestion
	if p == "" || l.isTaken(book, p) {
		for range 10_000 {
			l.next[book]++
			if p = make(l.next[book]); !l.isTaken(book, p) && !l.reserved[p] {
				break
			}
		}
	}
	l.take(book, p)
	return p
}

func (l *ledger) isTaken(book, p string) bool {
	_, ok := l.taken[hash(book, p)]
	return ok
}

func (l *ledger) take(book, p string) { l.taken[hash(book, p)] = struct{}{} }

func hash(book, p string) uint64 {
	h := uint64(gamma)
	for _, s := range [2]string{book, p} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 0x100000001b3
		}
	}
	return mix(h)
}

// keep enters a value that is a pseudonym already.
func (l *ledger) keep(book, pseudonym string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.isTaken(book, pseudonym) {
		l.learn(book, pseudonym, pseudonym)
		l.take(book, pseudonym)
	}
}

// share puts a value into the book of tokens.
func (l *ledger) share(r rule, folded, pseudonym string) {
	if len(folded) < 5 || strings.EqualFold(folded, pseudonym) {
		return
	}
	l.mu.Lock()
	l.learn(tokens, folded, string(rune(r))+pseudonym)
	l.mu.Unlock()
	l.tokens.note(folded)
}

// token finds a word in the book of tokens.
func (l *ledger) token(s string) (r rule, pseudonym string) {
	if !l.tokens.may(s) {
		return noRule, ""
	}
	var room [128]byte
	key := appendFolded(append(room[:0], tokens...), s)
	l.mu.RLock()
	defer l.mu.RUnlock()
	if p, ok := l.to[string(key)]; ok {
		return rule(p[0]), p[1:]
	}
	return noRule, ""
}

func lengthBit(n int) uint64 { return 1 << min(n, 63) }

// shape returns the pseudonym of a value that keeps its shape. In a trial nothing is
// entered, and a value that is not known gets "".
func (l *ledger) shape(s string, m mold, suggestion string, trial bool) answer {
	packed, isGUID := pack(s, m)
	if isGUID {
		if p, ok := l.lookGUID(packed); ok {
			return answer{unpack(p, s), p != packed}
		}
	}
	var room [128]byte
	key := m.key(room[:0], s)
	if !isGUID {
		if p, ok := l.look(shapes, string(key)); ok {
			return answer{fit(p, s), p != string(key)}
		}
	}
	if m.stamped(key) {
		if !trial {
			l.enterShape(key, packed, isGUID, func() string { l.take(shapes, string(key)); return string(key) })
		}
		return answer{s, false}
	}
	if m.isShort(key) {
		return answer{s[:min(m.prefix, len(s))] + blank(s[min(m.prefix, len(s)):]), false}
	}
	if trial {
		return answer{}
	}
	if suggestion != "" && (len(suggestion) != len(s) || !m.sameShape(suggestion, s)) {
		suggestion = ""
	}
	p := l.enterShape(key, packed, isGUID, func() string {
		return l.choose(shapes, string(m.key(nil, suggestion)), func(n int) string { return m.pseudonym(key, l.seed+uint64(n)*gamma) })
	})
	return answer{fit(p, s), true}
}

// pack makes the 16 bytes of a GUID's 32 digits, wherever the hyphens among them are.
func pack(s string, m mold) (packed [16]byte, ok bool) {
	if !m.guid {
		return packed, false
	}
	n := 0
	for i := range len(s) {
		c := s[i]
		if c == '-' {
			continue
		}
		if n == 32 || !ascii.IsHex(c) {
			return packed, false
		}
		packed[n/2] = packed[n/2]<<4 | ascii.Unhex(c)
		n++
	}
	return packed, n == 32
}

// unpack spells a GUID as another one is spelled.
func unpack(packed [16]byte, like string) string {
	var room [64]byte
	b := append(room[:0], like...)
	n := 0
	for i, old := range b {
		if old == '-' {
			continue
		}
		digit := packed[n/2] >> (4 * (1 - n%2)) & 15
		n++
		switch {
		case digit < 10:
			b[i] = '0' + digit
		case ascii.IsUpper(old):
			b[i] = 'A' + digit - 10
		default:
			b[i] = 'a' + digit - 10
		}
	}
	return string(b)
}

func (l *ledger) lookGUID(packed [16]byte) ([16]byte, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	p, ok := l.guids[packed]
	return p, ok
}

// enterShape enters what choose returns, unless somebody else was faster.
func (l *ledger) enterShape(key []byte, packed [16]byte, isGUID bool, choose func() string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !isGUID {
		if p, ok := l.to[shapes+string(key)]; ok {
			return p
		}
		p := choose()
		l.to[shapes+string(key)] = p
		return p
	}
	if p, ok := l.guids[packed]; ok {
		return hex.EncodeToString(p[:])
	}
	p := choose()
	l.guids[packed], _ = pack(p, mold{guid: true})
	return p
}

// key is a value without letter case; a GUID is the same with and without hyphens.
func (m mold) key(dst []byte, s string) []byte {
	dst = appendFolded(dst, s)
	if !m.guid {
		return dst
	}
	n := 0
	for _, c := range dst {
		if c != '-' {
			dst[n] = c
			n++
		}
	}
	return dst[:n]
}

// fit puts the letters and digits of a folded pseudonym in the places of s.
func fit(p, s string) string {
	if len(p) == len(s) {
		return cased(p, s)
	}
	var room [64]byte
	b := append(room[:0], s...)
	k := 0
	for i, old := range b {
		if ascii.IsAlnum(old) && k < len(p) {
			b[i] = p[k]
			if ascii.IsUpper(old) && ascii.IsLower(b[i]) {
				b[i] &^= 0x20
			}
			k++
		}
	}
	return string(b)
}

// sameShape reports whether a pseudonym of an earlier recording fits a new value.
func (m mold) sameShape(p, s string) bool {
	for i := range len(s) {
		switch a, b := p[i], s[i]; {
		case ascii.IsDigit(a) != ascii.IsDigit(b), ascii.IsUpper(a) != ascii.IsUpper(b), ascii.IsLower(a) != ascii.IsLower(b):
			return false
		case !ascii.IsAlnum(a) && a != b, i < m.prefix && a != b:
			return false
		}
	}
	return m.stamped(m.key(nil, p))
}

// numbered returns "word7", or "word7-tag" in a tagged recording.
func (l *ledger) numbered(word string, n int) string {
	s := word + strconv.Itoa(n)
	if l.tag != "" {
		s += "-" + l.tag
	}
	return s
}
