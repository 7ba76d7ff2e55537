package redact

import (
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A memo keeps verdicts on short texts: pages repeat members, and polls repeat pages. A
// verdict follows from its key and the rules alone, once a name has its number.
type memo struct {
	mu sync.RWMutex
	of map[memoKey]verdict
}

type memoKey struct {
	role                           place.Role
	request, outside, signIn, bare bool
	name, parent, text             string
}

const (
	mostMemo    = 1 << 15 // verdicts; with longestMemo some 10 MB
	longestMemo = 96
)

// keyOf is what a verdict on a leaf follows from; ok is false where more has a say: what an
// earlier recording called things, the body that a header is about, the sizes of files.
func (p *pass) keyOf(l *place.Leaf) (memoKey, bool) {
	if len(l.Text) > longestMemo || l.Role == place.Header || l.Role == place.Bytes || p.previous != nil || p.r.previous != nil ||
		len(l.Name) > longestMemo || len(l.Parent) > longestMemo || strings.HasSuffix(l.Name, "Hash") || len(l.Parent) == len("headers") && strings.EqualFold(l.Parent, "headers") {
		return memoKey{}, false
	}
	return memoKey{l.Role, p.request, p.outside, p.signIn, l.Bare, l.Name, l.Parent, l.Text}, true
}

// remembered is judge, but for texts that were judged before.
func (p *pass) remembered(l *place.Leaf) verdict {
	key, ok := p.keyOf(l)
	if !ok {
		return p.judge(l)
	}
	m := &p.r.memo
	m.mu.RLock()
	v, known := m.of[key]
	m.mu.RUnlock()
	if known {
		return v
	}
	v = p.judge(l)
	if l.Text != key.text {
		return v
	}
	key.name, key.parent, key.text = strings.Clone(key.name), strings.Clone(key.parent), strings.Clone(key.text)
	v.text = strings.Clone(v.text) // of no body that it would hold on to
	m.mu.Lock()
	if m.of == nil || len(m.of) >= mostMemo {
		m.of = make(map[memoKey]verdict, 256)
	}
	m.of[key] = v
	m.mu.Unlock()
	return v
}
