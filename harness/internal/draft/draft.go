package draft

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
)

// A Draft is a scenario that was written from a cassette.
type Draft struct {
	Text     []byte             // of the file
	Scenario *scenario.Scenario // the text, read; it has no file yet
	// Vars are values of variables that the cassette does not store yet, and that a replay
	// of the scenario needs: they belong to the cassette's Meta.Vars.
	Vars map[string]string
	Env  []string // variables of the environment that a live run needs, sorted
}

// Keep adds the variables to the cassette that the draft was made from, and says whether
// there were any: then the cassette is to be saved again.
func (d *Draft) Keep(c *cassette.Cassette) bool {
	if len(d.Vars) == 0 {
		return false
	}
	vars := map[string]string{}
	maps.Copy(vars, c.Meta.Vars)
	maps.Copy(vars, d.Vars)
	c.Meta.Vars = vars
	return true
}

// Scenario drafts a scenario file that asks for every interaction of the cassette
// in recorded order. The error is for an interaction that cannot be understood.
func Scenario(c *cassette.Cassette) (*Draft, error) {
	return Described(c, Description{Text: "Drafted from a recording: say what it is for, and expect what matters."})
}

// Description is what is known of a cassette beside what it holds.
type Description struct {
	Text  string
	Apart bool // answers to one request are examples of their own, neither a poll nor pages, and only links and ids flow between them
	Of    func(*cassette.Interaction) Note
}

// Note is what is known of an interaction.
type Note struct {
	Name                   string
	Delegated, Application []string // permissions, the least privileged first
	Schema                 string   // full name of the answer's type
	Promised               []int    // statuses that are as good as the one it has
}

// Described is Scenario with what else is known.
func Described(c *cassette.Cassette, known Description) (*Draft, error) {
	d := drafter{cassette: c, apis: map[string]int{}, noted: known.Of, apart: known.Apart, known: newKnown()}
	if d.noted == nil {
		d.noted = func(*cassette.Interaction) Note { return Note{} }
	}
	d.moves = group(c.Interactions, known.Apart)
	d.storedInputs()
	d.follow()
	d.foundInputs()
	for _, in := range d.inputs {
		d.known.learn(capture{name: in.name, value: in.value})
	}
	steps := sequence()
	for n := range d.moves {
		step, err := d.step(n)
		if err != nil {
			return nil, fmt.Errorf("draft a scenario: interaction %d: %w", d.moves[n].first().ID, err)
		}
		steps.Content = append(steps.Content, step)
	}
	api := "v1.0"
	if d.apis["beta"] > d.apis["v1.0"] {
		api = "beta"
	}
	for _, step := range steps.Content {
		dropMember(step, "api", api)
	}
	cleanup := d.cleanup(steps)
	root := mapping(
		"name", text(title(c.Name)),
		"description", text(known.Text),
		"api", text(api),
	)
	vars := d.varsNode()
	addFilled(root, "vars", vars)
	add(root, "steps", steps)
	addFilled(root, "cleanup", cleanup)
	var out bytes.Buffer
	out.WriteString("# yaml-language-server: $schema=https://raw.githubusercontent.com/graphvcr/graphvcr/main/schemas/graphvcr/scenario.json\n")
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("draft a scenario: %w", err)
	}
	sc, err := read(out.Bytes())
	if err != nil {
		return nil, err
	}
	return d.drafted(out.Bytes(), sc, vars), nil
}

// read reads a draft as a scenario. The error is for what was recorded and is nothing that one
// could ask for.
func read(draft []byte) (*scenario.Scenario, error) {
	if len(draft) > scenario.MaxSize {
		return nil, &fault.Error{Message: fmt.Sprintf("draft a scenario: it would have %d MB, and only %d are read", len(draft)>>20, scenario.MaxSize>>20), Hint: "split the recording"}
	}
	sc, err := scenario.Parse("the draft", draft)
	if err != nil {
		return nil, fmt.Errorf("draft a scenario: what was recorded cannot be requested by a scenario: %w", err)
	}
	return sc, nil
}

// drafted is the draft, with what else goes with its text.
func (d *drafter) drafted(file []byte, sc *scenario.Scenario, vars *yaml.Node) *Draft {
	draft := &Draft{Text: file, Scenario: sc, Vars: map[string]string{}}
	for _, in := range d.inputs {
		if !in.stored {
			draft.Vars[in.name] = in.value
		}
		if node := member(vars, in.name); node != nil && strings.HasPrefix(node.Value, "{"+envPrefix) {
			draft.Env = append(draft.Env, variableOf(in.name))
		}
	}
	slices.Sort(draft.Env)
	return draft
}

// cleanup moves the steps at the end that delete what earlier steps made, to be run
// whatever happens before. One step at least stays.
func (d *drafter) cleanup(steps *yaml.Node) *yaml.Node {
	from, names := len(steps.Content), map[string]bool{}
	for _, c := range slices.Concat(d.captures...) {
		names[c.name] = true
	}
	for from > 1 {
		request := member(steps.Content[from-1], "request")
		path := member(request, "path")
		if member(request, "method").Value != "DELETE" || path == nil || !mentions(path.Value, names) {
			break
		}
		from--
	}
	last := sequence(steps.Content[from:]...)
	steps.Content = steps.Content[:from]
	return last
}

// mentions reports whether a template has one of the variables.
func mentions(template string, names map[string]bool) bool {
	return slices.ContainsFunc(strings.Split(template, "{"), func(part string) bool {
		name, _, closed := strings.Cut(part, "}")
		return closed && names[name]
	})
}

// drafter is one drafting: the moves of a recording and the values that flow
// between them.
type drafter struct {
	cassette *cassette.Cassette
	moves    []move
	noted    func(*cassette.Interaction) Note
	apart    bool
	apis     map[string]int // steps of each version
	inputs   []input        // values that no answer gave
	captures [][]capture    // of each move
	known    known          // before the current move
}

func (d *drafter) step(n int) (*yaml.Node, error) {
	m := &d.moves[n]
	u, err := url.Parse(m.first().Request.URL)
	if err != nil {
		return nil, err
	}
	known := d.noted(m.first())
	name := cmp.Or(known.Name, stepName(m.first().Request.Method, u))
	step := mapping("name", text(fmt.Sprintf("%d %s", n+1, visible(name))))
	if as := m.first().Principal; as != "" {
		add(step, "as", text(as))
	}
	permissions := mapping()
	addFilled(permissions, "delegated", list(known.Delegated, text))
	addFilled(permissions, "application", list(known.Application, text))
	addFilled(step, "permissions", permissions)
	add(step, "request", d.request(step, m, u))
	switch m.kind {
	case poll:
		add(step, "poll", pollNode(m))
	case pages:
		add(step, "follow", mapping("link", text("nextLink"), "max", number(strconv.Itoa(len(m.interactions)))))
	}
	add(step, "expect", expectNode(m, known))
	captured := mapping()
	for _, c := range d.captures[n] {
		add(captured, c.name, text(c.from))
	}
	addFilled(step, "capture", captured)
	d.known.learn(d.captures[n]...)
	return step, nil
}

// request writes what the step sends, and the step's api.
func (d *drafter) request(step *yaml.Node, m *move, u *url.URL) *yaml.Node {
	sent := m.first().Request
	request := mapping("method", text(sent.Method))
	version, path, ok := splitVersion(u)
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	ok = ok && isOptions(u.RawQuery) && first != "v1.0" && first != "beta" // which a scenario takes for a mistake
	switch links := d.known.links.all(u); {
	case len(links) > 0 && isOptions(links[0].rest):
		key := "url"
		if ok {
			key = "path"
			d.note(step, version)
		}
		add(request, key, text("{"+links[0].name+"}"))
		addQuery(request, &d.known, links[0].rest)
	case ok:
		d.note(step, version)
		add(request, "path", text(d.known.path(path)))
		addQuery(request, &d.known, u.RawQuery)
	default:
		add(request, "url", text(escapeBraces(inASCII(u.String()))))
	}
	addHeaders(request, &d.known, sent.Headers)
	addBody(request, &d.known, sent)
	if code := m.last().Response.Code; code >= 300 && code < 400 {
		add(request, "redirect", text("stop")) // the recording follows in a step of its own
	}
	return request
}

// inASCII is an address with every other byte escaped.
func inASCII(address string) string {
	var out strings.Builder
	for _, c := range []byte(address) {
		if c < utf8.RuneSelf {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}

func (d *drafter) note(step *yaml.Node, version string) {
	d.apis[version]++
	add(step, "api", text(version))
}

func stepName(method string, u *url.URL) string {
	path := u.Path
	if i := strings.IndexByte(path[min(1, len(path)):], '/'); i >= 0 {
		path = path[i+1:]
	}
	return method + " " + fault.Clip(path, 60)
}

// visible is a text without what a name cannot have.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// splitVersion separates a Graph address's version from the rest of its escaped path.
func splitVersion(u *url.URL) (version, path string, ok bool) {
	if !graph.IsHost(u.Host) {
		return "", "", false
	}
	version, path, ok = strings.Cut(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	return version, "/" + path, ok && (version == "v1.0" || version == "beta")
}

// title makes a scenario's name from a cassette's.
func title(name string) string {
	words := strings.TrimSpace(strings.NewReplacer("_", " ", "-", " ", "/", ": ", ".", " ").Replace(visible(name)))
	if words == "" {
		return "A recording" // a scenario's name is never blank
	}
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}
