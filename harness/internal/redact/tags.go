package redact

import (
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// tags are few bits of the names that stand in holes, by which replay knows the names again.
type tags struct {
	faker *identity.Faker

	mu     sync.Mutex
	values []string          // that have a tag
	tags   map[string]string // by pseudonym
	bits   []bitsOf          // by nonce
	given  map[string]bool   // pseudonyms of the recording before whose values the service made

	earlier map[string]string // by tag: pseudonyms of the recording before
	tagged  map[string]string // by pseudonym: its tag there
	nonces  int               // below this are all nonces of these tags
}

// mostNonces bounds the nonces that are tried for a tag.
const mostNonces = 16

// A bitSet is a set of the bits of tags.
type bitSet [1 << identity.TagSize / 64]uint64

func (s *bitSet) has(bits identity.TagBits) bool { return s[bits/64]&(1<<(bits%64)) != 0 }
func (s *bitSet) add(bits identity.TagBits)      { s[bits/64] |= 1 << (bits % 64) }

// bitsOf are the bits that values have with a nonce: those of so many values that have a tag,
// and of the others once they are asked for.
type bitsOf struct {
	set   *bitSet
	count int
}

func newTags(faker *identity.Faker) *tags {
	return &tags{faker: faker, tags: map[string]string{}, given: map[string]bool{}}
}

// remember reads the tags of an earlier recording.
func (t *tags) remember(tags map[string]string) {
	t.earlier, t.tagged = make(map[string]string, len(tags)), tags
	for p, tag := range tags {
		nonce, _ := identity.Nonce(tag)
		t.earlier[tag] = p
		t.nonces = max(t.nonces, min(nonce, mostNonces-1)+1)
	}
}

// pseudonym is the one that a value had in the recording before, known by its tag.
func (t *tags) pseudonym(s string) string {
	for nonce := range t.nonces {
		if p, ok := t.earlier[t.faker.Tag(s, nonce)]; ok {
			return p
		}
	}
	return ""
}

// gave notes that a pseudonym of the recording before may stand for what the service made
// this time: it keeps its tag then, by which nobody asks.
func (t *tags) gave(p string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.given[p] = true
}

// tag remembers that a name with this pseudonym stands in a hole, and keeps bits of the
// value by which it is known again. The nonce is such that no value fits that has a tag
// already.
func (t *tags) tag(p, value string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if tag, ok := t.tags[p]; ok {
		return tag
	}
	if tag := t.tagged[p]; tag != "" && t.given[p] {
		t.tags[p] = tag
		return tag
	}
	tag := ""
	for nonce := 0; tag == ""; nonce++ {
		taken := t.taken(nonce)
		bits := t.faker.TagBits(value, nonce)
		if !taken.set.has(bits) || nonce == mostNonces-1 {
			tag = bits.Tag(nonce)
		}
		taken.set.add(bits)
		taken.count++
	}
	t.values, t.tags[p] = append(t.values, value), tag
	return tag
}

// taken are the bits of all values that have a tag.
func (t *tags) taken(nonce int) *bitsOf {
	if nonce == len(t.bits) {
		t.bits = append(t.bits, bitsOf{set: new(bitSet)})
	}
	b := &t.bits[nonce]
	for _, v := range t.values[b.count:] {
		b.set.add(t.faker.TagBits(v, nonce))
	}
	b.count = len(t.values)
	return b
}
