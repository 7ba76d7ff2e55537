package conform

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/async"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/route"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// Exchange is a request and its answer.
type Exchange struct {
	Method, URL  string // as the client sent them; without an address the answer is judged by what it says itself
	Request      Body
	Status       int         // 0 where there is no address: what the body looks like
	Header       http.Header // of the answer
	Answer       Body
	API          string            // "v1.0" or "beta": where types are looked up if the address has no version
	Schema       string            // full name of the type that the answer must be, or "Collection(...)" of it; "" leaves it to the answer and the address
	Parts        map[string]string // such types of the parts of a batch, by id
	Placeholders bool              // documentation's placeholders pass for values
}

// Body is what a message carries.
type Body struct {
	Text   string
	Doc    any // package jsondoc's tree
	IsJSON bool
}

// Result says what an exchange was judged as, and what is wrong with it.
type Result struct {
	Checked  bool   // there is an index of its API
	Type     string // what the answer was judged as: a type, or a word for what is none; "" where that is not known
	Reason   string // why the answer was not validated against a type; "" when it was, or holds none
	Problems []Problem
}

// Problem is one thing that is not as promised.
type Problem struct {
	Part     string      // the id of the part of a batch that it is of; "" for the exchange itself
	Rule     report.Rule // "schema.KEYWORD", "answer.WHAT", "request.KEYWORD"
	Severity report.Severity
	Where    string // RFC 9535 normalized path in the answer, "status", "header.NAME", "text", or "request" and a path
	Want     string
	Got      string
	File     string // the schema's, "" where none is at hand
	Line     int
}

// Checker checks exchanges against the schemas of a folder.
type Checker struct {
	schemas *schema.Set
	indexes *route.Indexes
}

// New checks against a set's schemas. The indexes beside them are read when they
// are needed.
func New(schemas *schema.Set) *Checker { return &Checker{schemas, route.In(schemas.Dir())} }

// Check judges one exchange. A type that is named is checked whatever else is known:
// also where the API has no index, or the host is not Graph's. The error is of a schema
// or an index that cannot be used, or says that the named type has no schema.
func (c *Checker) Check(e Exchange) (Result, error) {
	j := &judgement{checker: c, values: values{Exchange: e, schemas: c.schemas, api: e.API, address: &graphurl.URL{}}}
	if e.URL == "" {
		return j.alone()
	}
	u, err := graphurl.Parse(e.URL)
	if err == nil {
		j.address, j.api = u, cmp.Or(u.Version, e.API)
	}
	if err == nil && (u.Host == graphurl.Graph || u.Host == "") && u.Version != "" {
		if j.index, err = c.indexes.Of(u.Version); err != nil {
			return Result{}, err
		}
	}
	if j.index == nil {
		return j.run(j.named, j.parts().named)
	}
	j.result.Checked = true
	j.target, j.unsure = j.index.Resolve(e.Method, e.URL)
	return j.run(j.named, j.answer, j.request)
}

func (j *judgement) run(checks ...func() error) (Result, error) {
	for _, check := range checks {
		if err := check(); err != nil {
			return Result{}, err
		}
	}
	return j.result, nil
}

type judgement struct {
	values
	checker *Checker
	index   *route.Index // nil when there is none of the API
	target  route.Target
	unsure  error // why there is no target
}

// named validates the answer as the type that it must be.
func (j *judgement) named() error {
	if j.Schema == "" {
		return nil
	}
	j.result.Type = j.Schema
	if !j.Answer.IsJSON {
		j.result.problem(RuleSchemaBody, report.Error, "text", j.Schema, j.kind())
		return nil
	}
	violations, err := j.schemas.Validate(j.api, j.Schema, j.Answer.Doc, j.options())
	if err != nil {
		return fmt.Errorf("check %s: %w", j.Schema, err)
	}
	j.result.violations(violations, jsondoc.Root)
	return nil
}

func (r *Result) problem(rule report.Rule, severity report.Severity, where, want, got string) {
	r.Problems = append(r.Problems, Problem{Rule: rule, Severity: severity, Where: where, Want: want, Got: got})
}

// violations makes problems of what a schema found below a place. What the named type's
// schema found at the same place is one problem.
func (r *Result) violations(violations []schema.Violation, at string) {
	type fault struct {
		rule  report.Rule
		where string
	}
	known := map[fault]bool{}
	for _, p := range r.Problems {
		known[fault{p.Rule, p.Where}] = true
	}
	for _, v := range violations {
		p := Problem{Rule: SchemaRule(v.Rule), Severity: Severity(v), Where: below(at, v.Path), Want: v.Want, Got: v.Got, File: v.File, Line: v.Line}
		if key := (fault{p.Rule, p.Where}); !known[key] { // a type may say again what its base says
			known[key] = true
			r.Problems = append(r.Problems, p)
		}
	}
}

// Severity is how bad it is that an answer breaks a schema.
func Severity(v schema.Violation) report.Severity {
	switch {
	case v.Rule == schema.RuleOpen, v.Rule == schema.RuleUsual:
		return report.Note
	case v.Warning:
		return report.Warning
	}
	return report.Error
}

// Relation is how two types stand to each other.
type Relation int

// The relations.
const (
	Unknown    Relation = iota // it is not known: there is no metadata, or only a part of it
	Related                    // one is the other, or derives from it
	Apart                      // they have nothing to do with each other
	Undeclared                 // metadata does not have the first
)

// Relate says how a type stands to another of an API, by their full names.
func (c *Checker) Relate(api, typ, other string) (Relation, error) {
	index, err := c.indexes.Of(api)
	switch {
	case err != nil || index == nil:
		return Unknown, err
	case !index.Declares(typ) && index.Partial():
		return Unknown, nil
	case !index.Declares(typ):
		return Undeclared, nil
	case !index.Declares(other):
		return Unknown, nil
	case index.Derives(typ, other) || index.Derives(other, typ):
		return Related, nil
	}
	return Apart, nil
}

// Trail follows the long-running operations of a client from exchange to exchange:
// their state never goes back, and an end is an end (v1.0/resources/
// teamsasyncoperation, longrunningoperation). The zero value has seen nothing.
type Trail struct{ states map[string]string }

// Check judges an exchange as a Checker does, and its place in the trail.
func (t *Trail) Check(c *Checker, e Exchange) (Result, error) {
	result, err := c.Check(e)
	if err != nil || !async.IsOperationType(result.Type) || e.Status >= 300 || !strings.EqualFold(e.Method, "GET") {
		return result, err
	}
	state := async.StateOf(e.Answer.Doc)
	address, _, _ := strings.Cut(e.URL, "?")
	before, seen := t.states[address]
	if t.states == nil {
		t.states = map[string]string{}
	}
	t.states[address] = state
	if seen && async.GoesBack(before, state) {
		want := "no state before " + before
		if async.IsTerminal(before) {
			want = before + ", which is an end"
		}
		result.Problems = append(result.Problems, Problem{Rule: RuleAnswerOrder, Severity: report.Error, Where: "$['status']", Want: want, Got: state})
	}
	return result, nil
}
