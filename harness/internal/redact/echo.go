package redact

import (
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// A secret that was replaced by a constant may come again where no name tells it: a
// password in an error message. Echoes are the spellings of such secrets.
type echoes struct {
	list atomic.Pointer[[]echo]
}

// An echo is one spelling of a secret, for texts that are JSON or for those that are
// not.
type echo struct {
	text        string
	json, plain bool
}

func spellings(secret string) []echo {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(secret)
	list := []echo{{secret, quoted == secret, true}, {quoted, true, quoted == secret}}
	for _, escaped := range []string{url.QueryEscape(secret), url.PathEscape(secret)} {
		list = append(list, echo{escaped, true, true})
	}
	return list
}

// maxEchoes bounds what every text is searched for. A recording has a handful.
const maxEchoes = 512

// note keeps a secret, unless it could be an ordinary word.
func (e *echoes) note(secret string) {
	if len(secret) < 8 || len(secret) < 16 && ascii.All(secret, func(c byte) bool { return ascii.IsLetter(c) }) {
		return
	}
	for {
		old := e.list.Load()
		var list []echo
		if old != nil {
			list = *old
		}
		if len(list) >= maxEchoes || slices.ContainsFunc(list, func(e echo) bool { return e.text == secret }) {
			return
		}
		longer := slices.Clone(list)
		for _, s := range spellings(secret) {
			if !slices.Contains(longer, s) {
				longer = append(longer, s)
			}
		}
		if e.list.CompareAndSwap(old, &longer) {
			return
		}
	}
}

// count is how many spellings there are.
func (e *echoes) count() int {
	if list := e.list.Load(); list != nil {
		return len(*list)
	}
	return 0
}

// echoed looks for known secrets in a whole text, at the boundaries of words.
func (p *pass) echoed(s string) {
	list := p.ledger.echoes.list.Load()
	if list == nil {
		return
	}
	json := isJSON(s)
	for _, e := range *list {
		for at := 0; json && e.json || !json && e.plain; {
			k := strings.Index(s[at:], e.text)
			if k < 0 {
				break
			}
			start, end := at+k, at+k+len(e.text)
			at = end
			if isBoundary(s, start) && isBoundary(s, end) {
				p.swallow(start, end)
			}
		}
	}
}

// swallow replaces a whole secret, unless it is part of what is replaced already.
func (p *pass) swallow(start, end int) {
	for _, e := range p.edits {
		if e.start < end && start < e.end && (e.start < start || end < e.end || e.start == start && e.end == end) {
			return
		}
	}
	p.edits = slices.DeleteFunc(p.edits, func(e edit) bool { return start <= e.start && e.end <= end })
	p.edits = append(p.edits, edit{start: start, end: end, text: redacted, rule: secretLogin, known: true})
}

// isBoundary reports whether a word may begin or end between s[i-1] and s[i].
func isBoundary(s string, i int) bool {
	return i == 0 || i == len(s) || !ascii.IsAlnum(s[i-1]) || !ascii.IsAlnum(s[i])
}
