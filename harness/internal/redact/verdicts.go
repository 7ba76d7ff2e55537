package redact

import (
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// verdicts remember what was said of the members of JSON that were met lately: services say
// the same again and again, and a verdict never changes.
type verdicts struct {
	mu  sync.RWMutex
	met map[question]verdict
}

// A question is what a verdict on a member depends on.
type question struct {
	name, parent, text string
	outside, request   bool
	signIn, sealed     bool
}

const (
	mostVerdicts  = 1 << 14 // then they begin anew, so that memory is bounded
	longestAnswer = 128
)

// on is the verdict on a leaf: the one that is remembered, or what judge says.
func (v *verdicts) on(p *pass, l *place.Leaf) verdict {
	if l.Role != place.Member || len(l.Text) > longestAnswer || strings.HasSuffix(l.Name, "Hash") || p.trial != nil || strings.EqualFold(l.Parent, "headers") {
		return p.judge(l)
	}
	q := question{l.Name, l.Parent, l.Text, p.outside, p.request, p.signIn, p.sealed}
	v.mu.RLock()
	known, ok := v.met[q]
	v.mu.RUnlock()
	if ok {
		return known
	}
	said := p.judge(l)
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.met) >= mostVerdicts || v.met == nil {
		v.met = make(map[question]verdict, 1<<8)
	}
	q.name, q.parent, q.text = strings.Clone(q.name), strings.Clone(q.parent), strings.Clone(q.text)
	said.text = strings.Clone(said.text) // which may be a part of a body
	v.met[q] = said
	return said
}
