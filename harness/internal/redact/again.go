package redact

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// suggestion is what the recording before has at a leaf's place. What an answer takes from
// there was the service's to make: a client knows it from the answer alone.
func (p *scene) suggestion(l *place.Leaf) func() string {
	if p.before == nil {
		return noSuggestion
	}
	return func() string {
		is := p.before.at(l)
		if is != "" && !p.request {
			p.r.ledger.gave(is)
		}
		return is
	}
}

func noSuggestion() string { return "" }

// atom is the pseudonym of an id: a computed one, but for an id that is new where the
// recording before had another, whose pseudonym it takes. What a client looks up and no
// answer gave it is always computed: by that alone it is known again.
func (p renamer) atom(l *place.Leaf, a identity.Atom) string {
	is := p.r.ledger.faker.Fake(a)
	if is == a.Text { // it was renamed before
		return is
	}
	return p.again(l, a.Key(), is, identity.Atom{Kind: a.Kind, Text: is}.Key(), func(was string) string {
		before, now := identity.Atoms(was), identity.Atoms(l.Text)
		for n := range min(len(now), len(before)) {
			if b := before[n]; len(before) == len(now) && now[n].Key() == a.Key() && b.Kind == a.Kind && len(b.Text) == len(a.Text) && identity.IsFake(b) &&
				p.r.previous.claim(b.Key()) {
				return b.Text
			}
		}
		return ""
	})
}

// link is the pseudonym of a token that is looked up as a whole, likewise.
func (p renamer) link(l *place.Leaf, is string) string {
	faker := p.r.ledger.faker
	if is == l.Text {
		return is
	}
	return p.again(l, l.Text, is, is, func(was string) string {
		if same, ok := identity.RewriteToken(was, faker.Fake); ok && same == was && p.r.previous.claim(was) {
			return was
		}
		return ""
	})
}

// isCounter reports whether a leaf is a decimal id that a service counts or takes from its
// clock, which no cassette hides.
func isCounter(l *place.Leaf) bool {
	return len(l.Text) >= 10 && len(l.Text) < 20 && ascii.All(l.Text, ascii.IsDigit) && (isIDMember(l.Name) || strings.EqualFold(l.Name, "etag"))
}

// counter is what stands for a decimal id, likewise.
func (p renamer) counter(l *place.Leaf) string {
	return p.again(l, l.Text, l.Text, l.Text, func(was string) string {
		if len(was) == len(l.Text) && ascii.All(was, ascii.IsDigit) && p.r.previous.claim(was) {
			return was
		}
		return ""
	})
}

// again is what a value is called whose computed pseudonym is another: that itself, where
// the recording before has it or the client looks the value up, else what is taken from
// there.
func (p renamer) again(l *place.Leaf, key, computed, computedKey string, take func(was string) string) string {
	v := p.r.previous
	if v == nil || p.r.rules.KeepFresh {
		return computed
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if called, ok := v.fresh[key]; ok {
		return called
	}
	if p.before == nil || v.ids[computedKey] {
		return computed
	}
	called := computed
	if !p.request || !l.Looked() {
		called = cmp.Or(take(p.before.at(l)), computed)
	}
	v.fresh[key] = called
	return called
}

// claim takes a pseudonym for a fresh id, unless another has it. It is called with the lock
// held.
func (v *previous) claim(key string) bool {
	if v.used[key] {
		return false
	}
	v.used[key] = true
	return true
}

// instant is what stands for an instant that the service, or a client in a body, made after
// the recording began: what the recording before has in its place, if it was made for that. A
// client that sends on what an answer gave sends that.
func (p renamer) instant(l *place.Leaf) (string, bool) {
	v := p.r.previous
	if v == nil || p.r.rules.KeepFresh || l.Layered || !hasYear(l.Text) {
		return "", false
	}
	now, ok := instantOf(l.Text)
	if !ok {
		return "", false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if p.request && (l.Looked() || l.Role == place.Header) {
		is, ok := v.dates[l.Text]
		return is, ok
	}
	text := p.before.at(l)
	was, ok := instantOf(text)
	if !ok || v.start.IsZero() || now.Before(v.start) || was.Before(v.since) || len(text) < len("2006-01-02T15:04Z") {
		return "", false
	}
	if v.dates[l.Text] == "" {
		v.dates[l.Text] = text
	}
	return text, true
}

func hasYear(s string) bool { return len(s) >= 16 && len(s) <= 40 && strings.Contains(s, "20") }

// instantOf reads an instant of OData or of a header.
func instantOf(s string) (time.Time, bool) {
	if !hasYear(s) {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", http.TimeFormat} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// inOrder is the answer to a batch with its parts in the order of the earlier recording: a
// service answers them in any.
func (e *earlier) inOrder(asked, answer string) string {
	if e == nil || !strings.Contains(answer, `"responses"`) {
		return answer
	}
	var was, now struct{ Requests, Responses []struct{ ID string } }
	for text, to := range map[string]any{e.of.Request.Body: &was, e.of.Response.Body: &was, asked: &now} {
		if json.Unmarshal([]byte(text), to) != nil {
			return answer
		}
	}
	var spans [][2]int
	spans, now.Responses = responsesIn(answer)
	if len(was.Requests) != len(now.Requests) || len(was.Responses) != len(now.Responses) || len(spans) != len(was.Responses) {
		return answer
	}
	rank := map[string]int{} // of the parts that are sent now, in the earlier answer
	for n, part := range was.Requests {
		rank[now.Requests[n].ID] = slices.IndexFunc(was.Responses, func(r struct{ ID string }) bool { return r.ID == part.ID })
	}
	order := make([]int, len(spans))
	for n := range order {
		order[n] = n
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank[now.Responses[a].ID], rank[now.Responses[b].ID]) })
	var out strings.Builder
	at := 0
	for n, span := range spans {
		from := spans[order[n]]
		out.WriteString(answer[at:span[0]] + answer[from[0]:from[1]])
		at = span[1]
	}
	return out.String() + answer[at:]
}

// responsesIn finds the answers to the parts of a batch.
func responsesIn(answer string) (spans [][2]int, ids []struct{ ID string }) {
	depth, inside := 0, false
	for token, err := range jsondoc.Scan(answer) {
		switch {
		case err != nil:
			return nil, nil
		case token.Closes():
			depth--
			if inside && depth == 2 {
				spans[len(spans)-1][1] = token.Start + len(token.Raw)
			}
			inside = inside && depth > 1
		case token.Opens():
			inside = inside || depth == 1 && token.Name == "responses"
			if inside && depth == 2 {
				spans, ids = append(spans, [2]int{token.Start, 0}), append(ids, struct{ ID string }{})
			}
			depth++
		case inside && depth == 3 && token.Name == "id" && token.Kind == '"':
			ids[len(ids)-1].ID = token.Value()
		}
	}
	return spans, ids
}
