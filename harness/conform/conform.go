package conform

import (
	"errors"
	"io/fs"
	"net/http"
	"path/filepath"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/route"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// Exchange is a request and its answer.
type Exchange struct {
	Method, URL  string // as the client sent them
	Request      Body
	Status       int
	Header       http.Header
	Answer       Body
	Schema       string // the type that somebody else checks the answer against, or ""
	Placeholders bool   // documentation's stand-ins pass for values
}

// Body is what a message carries.
type Body struct {
	Text   string
	Doc    any // package jsondoc's tree
	IsJSON bool
}

// Result says what an exchange was taken for, and what is wrong with it.
type Result struct {
	Checked  bool   // there is an index of its API
	Type     string // what the answer was taken for: a type, or a word for what is none; "" where that is not known
	Reason   string // why the answer was not validated against a type; "" when it was, or holds none
	Problems []Problem
}

// Problem is one thing that is not as promised.
type Problem struct {
	Rule     report.Rule // "schema.KEYWORD", "answer.WHAT", "request.KEYWORD"
	Severity report.Severity
	Where    string // RFC 9535 normalized path in the answer, "status", "header.NAME", or "request" and a path
	Want     string
	Got      string
	File     string // the schema's, "" where none is at hand
	Line     int
}

// Checker checks exchanges against the schemas of a folder.
type Checker struct {
	schemas *schema.Set
	indexes sync.Map // api -> func() (*route.Index, error)
}

// New checks against a set's schemas. The indexes beside them are read when they
// are needed.
func New(schemas *schema.Set) *Checker { return &Checker{schemas: schemas} }

// index is that of an API; nil when there is none.
func (c *Checker) index(api string) (*route.Index, error) {
	load, ok := c.indexes.Load(api)
	if !ok {
		load, _ = c.indexes.LoadOrStore(api, sync.OnceValues(func() (*route.Index, error) {
			x, err := route.Load(filepath.Join(c.schemas.Dir(), api, route.FileName))
			if errors.Is(err, fs.ErrNotExist) {
				return nil, nil
			}
			return x, err
		}))
	}
	return load.(func() (*route.Index, error))()
}

// Check judges one exchange. The error is of a schema or an index that cannot be
// used.
func (c *Checker) Check(e Exchange) (Result, error) {
	u, err := graphurl.Parse(e.URL)
	if err != nil || u.Host != "graph" && u.Host != "" || u.Version == "" {
		return Result{}, nil
	}
	index, err := c.index(u.Version)
	if err != nil || index == nil {
		return Result{}, err
	}
	j := &judgement{Exchange: e, checker: c, index: index, api: u.Version, address: u}
	j.result.Checked = true
	j.target, j.unsure = index.Resolve(e.Method, e.URL)
	if err := j.answer(); err != nil {
		return Result{}, err
	}
	if err := j.request(); err != nil {
		return Result{}, err
	}
	return j.result, nil
}

// judgement is one exchange being judged.
type judgement struct {
	Exchange
	checker *Checker
	index   *route.Index
	api     string
	address *graphurl.URL
	target  route.Target
	unsure  error // why there is no target
	result  Result
}

func (j *judgement) problem(rule report.Rule, severity report.Severity, where, want, got string) {
	j.result.Problems = append(j.result.Problems, Problem{Rule: rule, Severity: severity, Where: where, Want: want, Got: got})
}
