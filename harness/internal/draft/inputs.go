package draft

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// An input is a value that requests hold and no answer gave: a variable of the scenario. Of
// one that is a pseudonym the environment has the real value, for a live run, and the
// cassette keeps the pseudonym, for replay.
type input struct {
	name, value string
	stored      bool // the cassette has it already
}

// envPrefix begins the name of a variable that is the environment's own.
const envPrefix = "env."

// mostInputs bounds the variables of a draft: nobody sets more, and each is looked for in
// every request.
const mostInputs = 100

// storedInputs are the variables that the cassette was recorded with, as far as requests
// hold their values.
func (d *drafter) storedInputs() {
	var vars []capture
	for _, name := range slices.Sorted(maps.Keys(d.cassette.Meta.Vars)) {
		if value := d.cassette.Meta.Vars[name]; len(value) >= shortest && !isLink(value) {
			vars = append(vars, capture{name: name, value: value})
		}
	}
	uses, known := usesOf(d.moves, vars), map[string]bool{}
	for _, v := range vars {
		if _, used := uses[v.value]; used && !known[v.value] {
			known[v.value] = true
			d.inputs = append(d.inputs, input{v.name, v.value, true})
		}
	}
}

// credential is what redaction puts in the place of a password or a key.
const credential = "REDACTED"

// foundInputs are the pseudonyms in requests that no earlier answer gave, and the credentials
// that a client wrote: a live run has to send others than what stands for them.
func (d *drafter) foundInputs() {
	if d.apart {
		return
	}
	isSealed := d.cassette.Meta.Salt != ""
	p := pseudonyms{identity.NewFaker(d.cassette.Salt)}
	names, known := map[string]int{}, map[string]bool{}
	for _, in := range d.inputs {
		names[in.name], known[in.value] = 1, true
	}
	for _, found := range d.captures {
		for _, c := range found {
			names[c.name] = 1
		}
	}
	links := links{}
	answers := given{pseudonyms: p, moves: d.moves, values: map[string]bool{}}
	for n := range d.moves {
		sent := d.moves[n].first().Request
		var candidates []input
		if isSealed {
			candidates = slices.DeleteFunc(append(p.inQuery(sent.URL), p.inBody(sent.Body)...), func(in input) bool {
				return !known[in.value] && answers.before(n, in.value)
			})
		}
		if isSealed && !links.follows(sent.URL) {
			candidates = append(p.inPath(sent.URL), candidates...)
		}
		for _, c := range append(candidates, credentialsIn(sent.Body)...) {
			if known[c.value] || len(d.inputs) >= mostInputs {
				continue
			}
			known[c.value] = true
			c.name = unused(names, c.name)
			d.inputs = append(d.inputs, c)
		}
		for _, c := range d.captures[n] {
			known[c.value] = true
			links.add(c)
		}
	}
}

// given are the pseudonyms that answers held, read as far as somebody asked.
type given struct {
	pseudonyms
	moves  []move
	upTo   int
	values map[string]bool
}

// before reports whether an answer before a move held a value.
func (g *given) before(n int, value string) bool {
	for ; g.upTo < n; g.upTo++ {
		for _, i := range g.moves[g.upTo].interactions {
			g.learn(i.Response.Body)
			for _, header := range protocol.LinkHeaders() {
				g.learn(i.Response.Headers.Get(header))
			}
		}
	}
	return g.values[value]
}

func (g *given) learn(text string) {
	for _, value := range g.within(text) {
		g.values[value] = true
	}
}

// unused makes a name one that is not in use yet, and notes that it is now. Of each name
// the last number is kept.
func unused(names map[string]int, name string) string {
	free := name
	for names[free] > 0 {
		names[name]++
		free = fmt.Sprintf("%s%d", name, names[name])
	}
	names[free] = 1
	return free
}

// varsNode declares the inputs.
func (d *drafter) varsNode() *yaml.Node {
	node := mapping()
	p := pseudonyms{identity.NewFaker(d.cassette.Salt)}
	for _, in := range d.inputs {
		switch {
		case strings.HasPrefix(in.name, envPrefix): // used as it is
		case in.value == credential, d.cassette.Meta.Salt != "" && p.in(in.value):
			add(node, in.name, text("{"+envPrefix+variableOf(in.name)+"}"))
		default:
			add(node, in.name, text(escapeBraces(in.value)))
		}
	}
	return node
}

// variableOf is the environment's variable for an input: GRAPH_USER_ID for userId.
func variableOf(name string) string {
	var b strings.Builder
	b.WriteString("GRAPH_")
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// pseudonyms finds what stands for real values in requests.
type pseudonyms struct{ faker *identity.Faker }

// in reports whether a text is, or holds, a pseudonym.
func (p pseudonyms) in(text string) bool {
	return p.faker.IsName(text) || len(p.within(text)) > 0
}

// pseudonymDomain ends the pseudonyms of domains.
const pseudonymDomain = ".example"

// within lists the pseudonyms that stand in a text as they are.
func (p pseudonyms) within(text string) []string {
	var all []string
	names := p.faker.FindNames(text)
	for n := 0; n < len(names); n++ {
		start, end := names[n].Start, names[n].End
		if n+1 < len(names) && names[n+1].Start == end+1 && text[end] == '@' {
			n++
			end = names[n].End
		}
		if rest, ok := strings.CutPrefix(text[end:], pseudonymDomain); ok {
			end = len(text) - len(rest)
		}
		all = append(all, text[start:end])
	}
	for _, span := range identity.Find(text) {
		id := text[span.Start:span.End]
		if slices.ContainsFunc(identity.Atoms(id), identity.IsFake) {
			all = append(all, id)
		}
	}
	return all
}

// inPath are the keys of a path that are pseudonyms, named by the collections before them.
func (p pseudonyms) inPath(address string) []input {
	u, err := graphurl.Parse(address)
	if err != nil || u.Host != graphurl.Graph {
		return nil
	}
	var all []input
	name := "id"
	for _, s := range u.Segments {
		switch {
		case s.Kind == graphurl.Word:
			name = strings.TrimSuffix(s.Text, "s")
		case s.Kind == graphurl.Key && len(s.Text) >= shortest && p.in(s.Text):
			all = append(all, input{name: variableWord(name, "id"), value: s.Text})
		}
	}
	return all
}

// inQuery are the pseudonyms in the options of an address of Graph's, without the tokens of
// links, which no caller makes.
func (p pseudonyms) inQuery(address string) []input {
	u, err := graphurl.Parse(address)
	if err != nil || u.Host != graphurl.Graph {
		return nil
	}
	var all []input
	for _, o := range u.Options {
		if strings.HasSuffix(o.Name, "token") {
			continue
		}
		for _, found := range p.within(o.Value) {
			all = append(all, input{name: kindOf(found), value: found})
		}
	}
	return all
}

// inBody are the ids and addresses in a JSON body, which a live service looks up. What else
// a client writes can be written as a pseudonym.
func (p pseudonyms) inBody(body string) []input {
	var all []input
	for token, err := range jsondoc.Scan(body) {
		if err != nil {
			return nil
		}
		if token.Kind != '"' {
			continue
		}
		for _, found := range p.within(token.Value()) {
			if strings.Contains(found, "@") || len(identity.Atoms(found)) > 0 {
				all = append(all, input{name: kindOf(found), value: found})
			}
		}
	}
	return all
}

// credentialsIn are the credentials in a JSON body.
func credentialsIn(body string) []input {
	for token, err := range jsondoc.Scan(body) {
		if err != nil {
			return nil
		}
		if token.Kind == '"' && token.Value() == credential {
			return []input{{name: "secret", value: credential}} // one stands for all of them
		}
	}
	return nil
}

func kindOf(pseudonym string) string {
	switch {
	case strings.Contains(pseudonym, "@"):
		return "address"
	case len(identity.Atoms(pseudonym)) > 0:
		return "id"
	}
	return "value"
}
