package redact

import "github.com/graphvcr/graphvcr/harness/internal/identity"

// Tags are few bits of the names that stand in holes, by which replay knows the names again.

// mostNonces bounds the nonces that are tried for a tag.
const mostNonces = 16

// remember reads the tags of an earlier recording.
func (l *ledger) remember(tags map[string]string) {
	l.earlier, l.tagged = make(map[string]string, len(tags)), tags
	for p, tag := range tags {
		nonce, _ := identity.Nonce(tag)
		l.earlier[tag] = p
		l.nonces = max(l.nonces, min(nonce, mostNonces-1)+1)
	}
}

// pseudonym is the one that a value had in the recording before, known by its tag.
func (l *ledger) pseudonym(s string) string {
	for nonce := range l.nonces {
		if p, ok := l.earlier[l.faker.Tag(s, nonce)]; ok {
			return p
		}
	}
	return ""
}

// gave notes that a pseudonym of the recording before may stand for what the service made
// this time: it keeps its tag then, by which nobody asks.
func (l *ledger) gave(p string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.given[p] = true
}

// tag remembers that a name with this pseudonym stands in a hole, and keeps bits of the
// value by which it is known again. The nonce is such that no value fits that has a tag
// already.
func (l *ledger) tag(p, value string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if tag, ok := l.tags[p]; ok {
		return tag
	}
	if tag := l.tagged[p]; tag != "" && l.given[p] {
		l.tags[p] = tag
		return tag
	}
	tag := ""
	for nonce := 0; tag == "" || nonce < len(l.taken); nonce++ {
		if nonce == len(l.taken) {
			l.taken = append(l.taken, make([]bool, 1<<identity.TagSize))
			for _, v := range l.values {
				l.taken[nonce][l.faker.TagBits(v, nonce)] = true
			}
		}
		bits := l.faker.TagBits(value, nonce)
		if tag == "" && (!l.taken[nonce][bits] || nonce == mostNonces-1) {
			tag = bits.Tag(nonce)
		}
		l.taken[nonce][bits] = true
	}
	l.values, l.tags[p] = append(l.values, value), tag
	return tag
}
