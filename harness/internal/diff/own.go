package diff

import (
	"fmt"
	"maps"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// What a client asks for and gets is no drift: a member that it wrote otherwise is otherwise,
// and a list of what it no longer makes is empty.

// sentValues are what writes sent at members of a name, by class, each with where it was sent.
type sentValues map[string]map[string]bool

// ownMembers are the names of the members that the client wrote otherwise: elsewhere, not at
// all, or another value.
func ownMembers(old, new *behaviour) map[string]bool {
	before, after := old.sent(), new.sent()
	own := map[string]bool{}
	for _, side := range []sentValues{before, after} {
		for name := range side {
			own[name] = !maps.Equal(before[name], after[name])
		}
	}
	return own
}

func (b *behaviour) sent() sentValues {
	all := sentValues{}
	for _, op := range b.order {
		for t, e := range op.telling {
			if t.write {
				all.add(e, maskBraces(op.path()))
			}
		}
	}
	return all
}

func (s sentValues) add(e *exchange, operation string) {
	jsondoc.Walk(e.asked, func(at jsondoc.Place, value any) bool {
		name := at.Name()
		if name == "" || strings.HasPrefix(name, "@") {
			return true
		}
		class := ""
		switch v := value.(type) {
		case map[string]any, []any:
			return true
		case string:
			class = e.as.valueOf(name, v).String()
		default:
			class = fmt.Sprint(v)
		}
		if s[name] == nil {
			s[name] = map[string]bool{}
		}
		s[name][operation+" "+class] = true
		return true
	})
}

// ownRules are those of what a member holds, and whether it is there: what a client's own
// writes decide.
var ownRules = []ID{NullNew, EnumNew, EnumGone, PropertyRate, PropertyLost, PropertyAdded, DateFormat}

// doings are what a client did so far that reads may depend on.
type doings struct {
	last   doing
	all    strings.Builder             // the operations of writes, a line each
	byRoot map[string]*strings.Builder // likewise, by what their paths begin with
	values map[string]bool             // texts that writes sent or got
}

// doing is a write: an operation, and what its path begins with.
type doing struct{ root, operation string }

// circumstances are what a client did before a read: the writes that it may depend on, and
// which of the literals that it asks for were in any.
type circumstances struct{ writes, known string }

// longestValue bounds the texts that are kept to be known again.
const longestValue = 200

func (d *doings) note(e *exchange) {
	now := doing{rootOf(e.url), maskBraces(e.operation.path())}
	if now != d.last { // else it was tried again
		d.last = now
		d.all.WriteString(now.operation + "\n")
		if d.byRoot[now.root] == nil {
			d.byRoot[now.root] = &strings.Builder{}
		}
		d.byRoot[now.root].WriteString(now.operation + "\n")
	}
	for _, doc := range []any{e.asked, e.answered.doc} {
		jsondoc.Walk(doc, func(_ jsondoc.Place, value any) bool {
			if text, ok := value.(string); ok && len(text) <= longestValue {
				d.values[text] = true
			}
			return true
		})
	}
}

// before says what was done before a read: which writes of its collection there were, and
// whether the literals of its filter are values of any.
func (d *doings) before(e *exchange) (c circumstances) {
	switch root := rootOf(e.url); {
	case root == "directory" || root == "search":
		c.writes = d.all.String()
	case d.byRoot[root] != nil:
		c.writes = d.byRoot[root].String()
	}
	var known strings.Builder
	for _, o := range e.url.Options {
		if o.Name == "$filter" || o.Name == "$search" {
			for _, text := range literals(o.Value) {
				fmt.Fprintln(&known, d.values[text])
			}
		}
	}
	c.known = known.String()
	return c
}

func rootOf(u *graphurl.URL) string {
	if len(u.Segments) == 0 {
		return ""
	}
	return u.Segments[0].Text
}

// literals are the quoted texts of an expression.
func literals(text string) []string {
	all := anyQuoted.FindAllString(text, -1)
	for n, literal := range all {
		quote := literal[:1]
		all[n] = strings.ReplaceAll(strings.TrimSuffix(literal[1:], quote), quote+quote, quote)
	}
	return all
}
