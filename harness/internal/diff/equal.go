package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// equalities say how often two places of an exchange hold the same id.
type equalities map[[2]string]*equality

type equality struct {
	both, equal int
	at          spot
}

// A held id stands at a place of an exchange.
type held struct{ where, id string }

// maxHeld bounds the ids of one object that are compared with one another.
const maxHeld = 24

// learn compares the ids of an exchange: each item of a list with itself and with the
// address, everything else with everything.
func (q equalities) learn(e *exchange) {
	outer := addressIDs(e.url)
	if location := e.header.Get("Location"); location != "" {
		if u, err := graphurl.Parse(location); err == nil {
			for _, h := range addressIDs(u) {
				outer = append(outer, held{"header.Location" + strings.TrimPrefix(h.where, "url"), h.id})
			}
		}
	}
	members, _ := e.answered.doc.(map[string]any)
	var own []held
	for name, value := range members {
		if name != "value" {
			own = collect(own, value, jsondoc.AppendPath(jsondoc.Root, name), name)
		}
	}
	q.compare(e, append(outer, own...))
	for _, item := range list(e.answered.doc, "value") {
		q.compare(e, collect(slices.Clip(outer), item, "$['value'][*]", ""))
	}
}

// addressIDs are the keys of an address, each known by the word before it.
func addressIDs(u *graphurl.URL) []held {
	var ids []held
	word := ""
	for _, s := range u.Segments {
		if s.Kind == graphurl.Key {
			ids = append(ids, held{"url." + word, s.Text})
			continue
		}
		word = s.Text
	}
	return ids
}

// collect gathers the ids below an object. Lists within it are left out: their items are
// many, and equal to one another by chance.
func collect(ids []held, doc any, where, name string) []held {
	jsondoc.Walk(doc, func(at jsondoc.Place, value any) bool {
		_, isList := value.([]any)
		if at.Depth() > 4 || len(ids) >= maxHeld || isList {
			return false
		}
		name := cmp.Or(at.Name(), name)
		if v, ok := value.(string); ok && len(v) >= 6 && !strings.HasPrefix(name, "@") && !strings.HasPrefix(v, "http") {
			if role, _, _ := roleOf(name, v); role == ident {
				ids = append(ids, held{at.Path(where), v})
			}
		}
		return true
	})
	return ids
}

func (q equalities) compare(e *exchange, ids []held) {
	slices.SortFunc(ids, func(a, b held) int { return strings.Compare(a.where, b.where) })
	for i, a := range ids {
		for _, b := range ids[i+1:] {
			if a.where == b.where {
				continue
			}
			key := [2]string{a.where, b.where}
			pair := q[key]
			if pair == nil {
				pair = &equality{at: spot{e.at, b.where}}
				q[key] = pair
			}
			pair.both++
			if a.id == b.id {
				pair.equal++
			}
		}
	}
}
