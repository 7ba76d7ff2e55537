package redact

import (
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// tags are few bits of the names that stand in holes, by which replay knows the names again.
type tags struct {
	faker *identity.Faker

	mu     sync.Mutex
	values []string                    // that have a tag
	tags   map[string]string           // by pseudonym
	taken  []map[identity.TagBits]bool // by nonce: the bits of these values
	given  map[string]bool             // pseudonyms of the recording before whose values the service made

	earlier map[string]string // by tag: pseudonyms of the recording before
	tagged  map[string]string // by pseudonym: its tag there
	nonces  int               // below this are all nonces of these tags
}

// mostNonces bounds the nonces that are tried for a tag.
const mostNonces = 16

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
	nonce := 0
	for ; nonce < mostNonces-1; nonce++ {
		if nonce == len(t.taken) {
			t.taken = append(t.taken, map[identity.TagBits]bool{})
			for _, v := range t.values {
				t.taken[nonce][t.faker.TagBits(v, nonce)] = true
			}
		}
		if !t.taken[nonce][t.faker.TagBits(value, nonce)] {
			break
		}
	}
	for nonce, taken := range t.taken {
		taken[t.faker.TagBits(value, nonce)] = true
	}
	t.values, t.tags[p] = append(t.values, value), t.faker.Tag(value, nonce)
	return t.tags[p]
}
