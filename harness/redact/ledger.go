package redact

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// A ledger knows which pseudonym stands for which value. Values are compared without
// letter case.
type ledger struct {
	tag  string
	seed uint64

	mu    sync.Mutex
	to    map[string]string // book and folded value -> pseudonym
	taken map[string]bool   // book and pseudonym
	next  map[string]int    // book -> the number given last

	// These say which values may be known, so that most words need no look-up.
	tokens, names, domains lengths
	echoes                 echoes

	// reserved are values of an earlier recording, which get no new meaning.
	reserved map[string]bool
}

// lengths says for each first letter, folded, which lengths values have.
type lengths [256]atomic.Uint64

func (l *lengths) note(s string)     { l[lower(s[0])].Or(lengthBit(len(s))) }
func (l *lengths) may(s string) bool { return l[lower(s[0])].Load()&lengthBit(len(s)) != 0 }

func newLedger(tag string) *ledger {
	l := &ledger{tag: tag, to: map[string]string{}, taken: map[string]bool{}, next: map[string]int{}}
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
	l.mu.Lock()
	defer l.mu.Unlock()
	p, ok := l.to[string(key)]
	return p, ok
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
	p := suggestion
	if p == "" || l.taken[book+p] {
		n := l.next[book]
		for tries := 0; tries < 10_000; tries++ {
			n++
			if p = make(n); !l.taken[book+p] && !l.reserved[p] {
				break
			}
		}
		l.next[book] = n
	}
	l.to[key], l.taken[book+p] = p, true
	return p
}

// keep enters a value that is a pseudonym already.
func (l *ledger) keep(book, pseudonym string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.taken[book+pseudonym] {
		l.to[book+pseudonym], l.taken[book+pseudonym] = pseudonym, true
	}
}

// share puts a value into the book of tokens.
func (l *ledger) share(r rule, folded, pseudonym string) {
	if len(folded) < 5 || strings.EqualFold(folded, pseudonym) {
		return
	}
	l.mu.Lock()
	l.to[tokens+folded] = string(rune(r)) + pseudonym
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
	l.mu.Lock()
	defer l.mu.Unlock()
	if p, ok := l.to[string(key)]; ok {
		return rule(p[0]), p[1:]
	}
	return noRule, ""
}

func lengthBit(n int) uint64 { return 1 << min(n, 63) }

// shape returns the pseudonym of a value that keeps its shape. In a trial nothing is
// entered, and a value that is not known gets "".
func (l *ledger) shape(s string, m mold, suggestion string, trial bool) answer {
	var room [128]byte
	key := m.key(room[:0], s)
	if p, ok := l.look(shapes, string(key)); ok {
		return answer{fit(p, s), !strings.EqualFold(p, string(key))}
	}
	if m.stamped(key) {
		if !trial {
			l.keep(shapes, string(key))
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
	p := l.enter(shapes, string(key), string(m.key(nil, suggestion)), func(n int) string {
		b := append([]byte(nil), key...)
		seed := l.seed + uint64(n)*gamma
		m.stamp(b, seed)
		for len(b) == 34 && m.prefix == 0 && b[0] == '0' && b[1] == '1' { // as only items of drives begin
			seed++
			m.stamp(b, seed)
		}
		return string(b)
	})
	return answer{fit(p, s), true}
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
	b := []byte(s)
	k := 0
	for i := range b {
		if isAlnum(b[i]) && k < len(p) {
			b[i] = p[k]
			k++
		}
	}
	return cased(string(b), s)
}

// sameShape reports whether a pseudonym of an earlier recording fits a new value.
func (m mold) sameShape(p, s string) bool {
	for i := range len(s) {
		switch a, b := p[i], s[i]; {
		case isDigit(a) != isDigit(b), isUpper(a) != isUpper(b), isLower(a) != isLower(b):
			return false
		case !isAlnum(a) && a != b, i < m.prefix && a != b:
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
