package permissions

import (
	"cmp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// A Kind is a kind of token, by the file's name for it.
type Kind string

// The kinds.
const (
	Delegated   Kind = "DelegatedWork"
	Personal    Kind = "DelegatedPersonal"
	Application Kind = "Application"
)

// A Map is a file of permissions.
type Map struct {
	file  file
	root  *node
	paths int
}

// Permissions is how many permissions there are, and Paths how many paths.
func (m *Map) Permissions() int { return len(m.file.Permissions) }

// Paths is how many paths there are.
func (m *Map) Paths() int { return m.paths }

// A Need is what a request takes: any one permission of a kind is enough. Least privileged
// first: those that the file says are, then by its levels of privilege, then those that only
// read, then by name.
type Need struct {
	Path                             string // as the file writes it
	Delegated, Personal, Application []string
}

// Has reports whether a permission is enough for a kind of token.
func (n Need) Has(kind Kind, name string) bool {
	return slices.ContainsFunc(n.Of(kind), func(other string) bool { return strings.EqualFold(name, other) })
}

// Of is the list of a kind.
func (n Need) Of(kind Kind) []string {
	switch kind {
	case Personal:
		return n.Personal
	case Application:
		return n.Application
	}
	return n.Delegated
}

// node is a place in the tree of paths: what may follow, by segments; "" is any key.
type node struct {
	below  map[string]*node
	path   string
	grants map[string][]grant // by method
}

// grant is a permission that a method of a path takes from a kind of token.
type grant struct {
	name  string
	kind  Kind
	least bool
	level int
}

func (m *Map) add(name string, p permission) {
	for _, set := range p.PathSets {
		for path, says := range set.Paths {
			if strings.Contains(path, "?") {
				continue // one option of a path, not the path
			}
			at := m.root
			for _, s := range written(path) {
				at = at.child(s)
			}
			if at.grants == nil {
				at.grants, at.path = map[string][]grant{}, path
				m.paths++
			}
			at.path = min(at.path, path)
			least := leastOf(says)
			for _, kind := range set.Schemes {
				g := grant{name: name, kind: Kind(kind), least: slices.Contains(least, kind), level: p.Schemes[kind].Level}
				for _, method := range set.Methods {
					at.grants[strings.ToUpper(method)] = append(at.grants[strings.ToUpper(method)], g)
				}
			}
		}
	}
}

func (n *node) child(segment string) *node {
	if n.below == nil {
		n.below = map[string]*node{}
	}
	if n.below[segment] == nil {
		n.below[segment] = &node{}
	}
	return n.below[segment]
}

// leastOf are the kinds for which "least=DelegatedWork,Application;AlsoRequires=.." says that a
// permission is the least privileged.
func leastOf(says string) []string {
	for part := range strings.SplitSeq(says, ";") {
		if kinds, ok := strings.CutPrefix(strings.TrimSpace(part), "least="); ok {
			return strings.Split(kinds, ",")
		}
	}
	return nil
}

// Of is what a request takes; false where the file does not cover it. The address is absolute
// or relative to the API's root, with or without its version.
func (m *Map) Of(method, address string) (Need, bool) {
	u, err := graphurl.Parse(address)
	if err != nil || u.Host != graphurl.Graph {
		return Need{}, false
	}
	segments := u.Segments
	if len(segments) > 0 && strings.EqualFold(segments[0].Text, "myorganization") {
		segments = segments[1:]
	}
	for {
		if n, ok := m.root.find(segments, strings.ToUpper(method)); ok {
			return n, true
		}
		last := len(segments) - 1
		if last < 1 || segments[last].Kind != graphurl.System {
			return Need{}, false
		}
		segments = segments[:last] // $ref, $value, $count
	}
}

// find looks for a method of a path: a word is itself first, else the key of a collection.
func (n *node) find(segments []graphurl.Segment, method string) (Need, bool) {
	if len(segments) == 0 {
		grants := n.grants[method]
		if len(grants) == 0 {
			return Need{}, false
		}
		return needOf(n.path, grants), true
	}
	for _, next := range asked(segments[0]) {
		if below := n.below[next]; below != nil {
			if need, ok := below.find(segments[1:], method); ok {
				return need, true
			}
		}
	}
	return Need{}, false
}

// sort puts the grants of each request in the order of their privilege.
func (n *node) sort() {
	for _, grants := range n.grants {
		slices.SortStableFunc(grants, func(a, b grant) int {
			return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.name, b.name))
		})
	}
	for _, below := range n.below {
		below.sort()
	}
}

func needOf(path string, grants []grant) Need {
	of := func(kind Kind) (names []string) {
		for _, g := range grants {
			if g.kind == kind && !slices.Contains(names, g.name) {
				names = append(names, g.name)
			}
		}
		return names
	}
	return Need{Path: path, Delegated: of(Delegated), Personal: of(Personal), Application: of(Application)}
}

// mostLevels is more than the file has levels of privilege.
const mostLevels = 1 << 10

// rank is lower the less privileged a grant is: first those that the file calls the least, of
// these the lower levels, with one that the file leaves out behind the others, and on a level
// those that only read.
func (g grant) rank() int {
	rank := 2 * cmp.Or(g.level, mostLevels)
	if strings.Contains(g.name, "Write") {
		rank++
	}
	if !g.least {
		rank += 4 * mostLevels
	}
	return rank
}

const (
	anyKey    = "{}"
	colonPath = ":" // what follows root: or an item
)

// written are the segments of a path as the file writes it: /me/drive/root:/{id}:/content,
// /applications(appId={value}), /reports/getX(period={value}).
func written(path string) []string {
	var all []string
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i := 0; i < len(parts); i++ {
		name, colon := strings.CutSuffix(parts[i], ":")
		name, inner, called := strings.Cut(name, "(")
		switch inner = strings.TrimSuffix(inner, ")"); {
		case strings.HasPrefix(name, "{"), name == "" && called: // (team-id), by mistake
			all = append(all, anyKey)
		case called && inner != "" && !strings.Contains(inner, "="):
			all = append(all, word(name), anyKey)
		case called && inner != "":
			var names []string
			for argument := range strings.SplitSeq(inner, ",") {
				name, _, _ := strings.Cut(argument, "=")
				names = append(names, strings.ToLower(strings.TrimSpace(name)))
			}
			all = append(all, word(name)+arguments(names))
		default:
			all = append(all, word(name))
		}
		if colon && i+1 < len(parts) {
			all = append(all, colonPath)
			i = endOfColon(parts, i+1)
		}
	}
	return all
}

// endOfColon is the part that ends a colon path: the next with a colon, or the one that begins
// it where somebody forgot that.
func endOfColon(parts []string, from int) int {
	if n := slices.IndexFunc(parts[from:], func(part string) bool { return strings.HasSuffix(part, ":") }); n >= 0 {
		return from + n
	}
	return from
}

// asked are the ways in which the file may write a segment of a request, the likeliest first.
func asked(s graphurl.Segment) []string {
	if s.Kind == graphurl.ColonPath {
		return []string{colonPath}
	}
	var names []string
	for _, a := range s.Args {
		names = append(names, strings.ToLower(a.Name))
	}
	name := word(s.Text)
	switch {
	case len(names) > 0:
		return []string{name + arguments(names)}
	case s.Kind == graphurl.Key, strings.HasPrefix(s.Text, "{"):
		return []string{name, anyKey}
	case s.Kind == graphurl.Word:
		return []string{name, anyKey} // a key that looks like a word
	}
	return []string{name}
}

func arguments(names []string) string {
	slices.Sort(names)
	return "(" + strings.Join(names, ",") + ")"
}

// word is a name without its namespace, in lower case.
func word(name string) string {
	name = strings.ToLower(name)
	for _, namespace := range []string{"microsoft.graph.", "graph.", "default."} {
		if rest, ok := strings.CutPrefix(name, namespace); ok {
			return rest[strings.LastIndexByte(rest, '.')+1:]
		}
	}
	return name
}
