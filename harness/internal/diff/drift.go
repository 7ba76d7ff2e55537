package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/display"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Options of a comparison. The zero value is the default.
type Options struct {
	// Severities override those of the rules, by rule id.
	Severities map[ID]report.Severity
	// Off are ids of rules that find nothing.
	Off []ID
	// Map names what is expected to differ, old to new: an API version ("v1.0" to
	// "beta"), an auth kind ("delegated" to "application") or a cloud's host.
	Map map[string]string
	// Judge says how an interaction breaks the schemas; nil: nothing is judged.
	Judge func(i *cassette.Interaction) []Violation
	// IsText reports whether metadata declares a text (Edm.String) at a normalized path of an
	// answer: its values are data, and no members of an enum; nil: nothing is declared.
	IsText func(i *cassette.Interaction, path string) bool
}

// A Violation is a place at which an answer is not what its schema says.
type Violation struct {
	Rule      report.Rule
	Where     string // normalized path
	Want, Got string
}

// Drift is the result of a comparison.
type Drift struct {
	Labels  []string // what was compared with what, where Options.Map expects a difference: "v1.0 against beta"
	Changes []Change // sorted: severest first, then by operation and place
	// Unchanged are the interactions of the new recording whose operations have no change.
	Unchanged map[*cassette.Interaction]bool
}

// A Change is one change of behaviour, wherever it shows.
type Change struct {
	Rule        ID
	Severity    report.Severity
	Operation   string // the first one in which it shows: "GET /users/{guid}"
	Where       string // "status", "header.Location", or a path of the body: "$['value'][*]['id']"
	Message     string
	Old, New    string    // what it was, what it is
	Count       int       // how often it shows
	Operations  int       // in how many operations
	Examples    []Example // at most three
	Fingerprint string    // 12 hex digits; the same for the same change in other recordings
}

// An Example is a place at which a change shows. Either side may be nil.
type Example struct {
	Old, New *cassette.Interaction
	Path     string // RFC 9535 normalized path in the body, or as Change.Where
}

// Compare says what changed from one recording of a scenario to another. Differences of
// auth, API version or cloud that Options.Map does not name are an error whose hint
// says how to name them.
func Compare(old, new *cassette.Cassette, opts Options) (*Drift, error) {
	before, err := behaviourOf(old)
	if err != nil {
		return nil, err
	}
	after, err := behaviourOf(new)
	if err != nil {
		return nil, err
	}
	labels, err := comparable(old, new, before, after, opts.Map)
	if err != nil {
		return nil, err
	}
	c := comparison{recordings: recordings{before, after, opts.IsText}, opts: opts, found: differences{off: opts.Off, own: ownMembers(before, after)}}
	c.pairUp()
	if len(c.pairs) == 0 && len(c.gone)+len(c.come) > 0 {
		message := "the recordings have no request in common"
		if len(old.Interactions) == 0 || len(new.Interactions) == 0 {
			message = "one of the recordings holds no interaction"
		}
		advice := "compare two recordings of one scenario; where none was made, the scenario failed"
		return nil, &fault.Error{Message: message, Hint: advice}
	}
	for _, p := range c.pairs {
		p.compare(&c.recordings)
	}
	c.throttling()
	c.schemas()
	c.flow()
	return &Drift{Labels: labels, Changes: c.found.changes(opts.Severities), Unchanged: c.unchanged()}, nil
}

// comparable says what two recordings differ in before any answer is looked at.
func comparable(old, new *cassette.Cassette, before, after *behaviour, expected map[string]string) ([]string, error) {
	var labels []string
	for _, side := range []struct{ what, old, new string }{
		{"auth", authOf(old), authOf(new)},
		{"API version", before.version(), after.version()},
		{"cloud", cmp.Or(old.Meta.Cloud, globalCloud), cmp.Or(new.Meta.Cloud, globalCloud)},
	} {
		switch {
		case side.old == side.new || side.old == "" || side.new == "": // not known
		case expected[side.old] == side.new:
			labels = append(labels, side.old+" against "+side.new)
		default:
			return nil, &fault.Error{
				Message: fmt.Sprintf("the recordings differ in their %s: %s and %s", side.what, side.old, side.new),
				Hint:    fmt.Sprintf("record both with the same %s, or compare them knowingly: --map %s=%s", side.what, side.old, side.new),
			}
		}
	}
	return labels, nil
}

// globalCloud is what recordings call the cloud that they do not name.
const globalCloud = "global"

func authOf(c *cassette.Cassette) string {
	if c.Meta.Auth == nil {
		return ""
	}
	return c.Meta.Auth.Kind
}

// Finding is the change as a report shows it; examples of it are linked to the new
// recording's file, or the old one's where the new has none.
func (c *Change) Finding(old, new *cassette.Cassette) report.Finding {
	f := report.Finding{
		Rule: c.Rule.Rule(), Severity: c.Severity, Message: c.Message,
		Value: report.Value{Where: c.Where, Part: c.Operation, Want: c.Old, Got: c.New},
	}
	f.Fingerprint = c.Fingerprint
	if c.Count > 1 {
		f.Message += fmt.Sprintf(" (%d times", c.Count)
		if c.Operations > 1 {
			f.Message += fmt.Sprintf(", in %d operations", c.Operations)
		}
		f.Message += ")"
	}
	if len(c.Examples) > 0 {
		e := &c.Examples[0]
		if e.Old != nil {
			f.Place = report.Place{File: old.File, Line: e.line(e.Old)}
		}
		if e.New != nil {
			f.Cassette, f.Interaction = report.Place{File: new.File, Line: e.line(e.New)}, &e.New.ID
		}
	}
	return f
}

func (e *Example) line(i *cassette.Interaction) int {
	if strings.HasPrefix(e.Path, "$") {
		return i.BodyLine(e.Path)
	}
	return i.Line
}

// A Shower makes of examples what reports show: each interaction once, whatever it is an
// example of.
type Shower struct {
	old, new *cassette.Cassette
	changed  map[string]bool // places, as Change.Where
	known    map[*cassette.Interaction]*shown
}

type shown struct {
	exchange report.Exchange
	as       string
}

// NewShower shows examples of the changes from one recording to another.
func (d *Drift) NewShower(old, new *cassette.Cassette) *Shower {
	s := &Shower{old: old, new: new, changed: map[string]bool{}, known: map[*cassette.Interaction]*shown{}}
	for i := range d.Changes {
		s.changed[d.Changes[i].Where] = true
	}
	return s
}

// Examples are those of a change.
func (s *Shower) Examples(c *Change) []report.Example {
	all := make([]report.Example, 0, len(c.Examples))
	for _, e := range c.Examples {
		var one report.Example
		one.Old, one.OldAs, one.OldLine = s.side(s.old, e.Old, e.Path, c.Where)
		one.New, one.NewAs, one.NewLine = s.side(s.new, e.New, e.Path, c.Where)
		all = append(all, one)
	}
	return all
}

// side is what one recording shows of an example, nothing where it has none.
func (s *Shower) side(
	c *cassette.Cassette, i *cassette.Interaction, path, where string,
) (e *report.Exchange, as string, line int) {
	if i == nil {
		return nil, "", 0
	}
	is := s.known[i]
	if is == nil {
		is = &shown{exchange: display.Of(c, i), as: display.Compared(i.Response.Body, func(place string) bool { return s.changed[place] })}
		s.known[i] = is
	}
	return &is.exchange, is.as, lineOf(i, path, where)
}

// lineOf is the line of a response's body that an example is about: of the value at its path,
// or, where that is what lacks a member, of the member on the side that has it.
func lineOf(i *cassette.Interaction, path, where string) int {
	if !strings.HasPrefix(path, "$") {
		return 0
	}
	if at := strings.LastIndex(where, "['"); at >= 0 && !strings.HasSuffix(path, where[at:]) {
		path += where[at:]
	}
	return jsondoc.Line(i.Response.Body, path)
}

// unchanged are the interactions of the new recording in whose operations no difference was
// found. A batch is one where that is so of all its parts.
func (c *comparison) unchanged() map[*cassette.Interaction]bool {
	differs := map[*operation]bool{}
	for i := range c.found.all {
		differs[c.found.all[i].operation] = true
	}
	all := map[*cassette.Interaction]bool{}
	others := slices.Clone(c.come)
	for _, p := range c.pairs {
		if differs[p.old] {
			others = append(others, p.new)
			continue
		}
		for _, e := range p.new.exchanges() {
			all[e.at] = true
		}
	}
	for _, op := range others {
		for _, e := range op.exchanges() {
			delete(all, e.at)
		}
	}
	return all
}
