package record

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/draft"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

const ruleRecordDrafted report.Rule = "record.drafted"

// A Request is one that has no scenario yet.
type Request struct {
	Method, Path string // the path below the version, with its query
	API          string
	Header       http.Header
	Body         []byte
	Name         string // of its cassette and scenario, below their folders; "": by its template
}

// Scenario is the request as a scenario, which is in memory only: it holds what redaction takes
// out. The options are for recording it: then a scenario is drafted from what was stored,
// unless an earlier recording of this very request is recorded over.
func (q *Request) Scenario(p *project.Project) (*scenario.Scenario, Options, error) {
	text, err := q.text()
	if err != nil {
		return nil, Options{}, err
	}
	template := "requests/" + draft.Name(q.Method, q.Path)
	sc, err := scenario.Parse(path.Join(p.Dirs.Scenarios, template+".yaml"), text)
	if err != nil {
		return nil, Options{}, &fault.Error{Message: fmt.Sprintf("record %s %s: this makes no request", q.Method, q.Path), Cause: err, Hint: WantedLine(q.Method, q.Path)}
	}
	name, again, err := q.name(p, template)
	if err != nil {
		return nil, Options{}, err
	}
	q.setBody(&sc.Steps[0].Request)
	sc.File, sc.Cassette, sc.Name = path.Join(p.Dirs.Scenarios, name+".yaml"), name, name
	return sc, Options{Draft: !again}, nil
}

// drafted writes the scenario that can be drafted from what was recorded for one in memory, and
// returns it. The cassette that was loaded for that is not loaded again until it is released,
// unless it was changed.
func drafted(p *project.Project, sc *scenario.Scenario) (written *scenario.Scenario, found report.Finding, release func(), err error) {
	loaded, release, err := p.Load(sc.Cassette)
	if err != nil {
		return nil, report.Finding{}, func() {}, err
	}
	c := *loaded.Cassette
	c.Name = sc.Cassette
	d, kept, err := Draft(p, &c)
	if kept || err != nil {
		release()
		release = func() {}
	}
	if err != nil {
		return nil, report.Finding{}, release, err
	}
	d.Scenario.File, d.Scenario.Cassette = sc.File, sc.Cassette
	return d.Scenario, report.Finding{
		Rule: ruleRecordDrafted, Severity: report.Note, Place: report.Place{File: sc.File},
		Message: "wrote " + sc.File + ", drafted from the recording", Hint: LiveAgain(d.Env),
	}, release, nil
}

// Draft writes the scenario that can be drafted from a cassette, under its name, and the
// variables that it needs into the cassette, if there are any.
func Draft(p *project.Project, c *cassette.Cassette) (d *draft.Draft, kept bool, err error) {
	if d, err = draft.Scenario(c); err != nil {
		return nil, false, &fault.Error{Message: "draft a scenario from " + c.Name, Cause: err}
	}
	if _, err := p.CreateScenario(c.Name, d.Text); err != nil {
		return nil, false, err
	}
	if kept = d.Keep(c); kept {
		err = c.Save(c.File, p.Guard)
	}
	return d, kept, err
}

// LiveAgain says what a drafted scenario needs before it can run live.
func LiveAgain(needs []string) string {
	if len(needs) == 0 {
		return ""
	}
	return "the recording holds pseudonyms: to run it live again (record, drift), set " + strings.Join(needs, ", ") + " to your own values; replay needs none"
}

// WantedLine is the command for an address as people paste it: a whole URL, or a path
// with its version or without its slash. It is "" for any other.
func WantedLine(method, address string) string {
	line, flags := address, ""
	if scheme, rest, ok := strings.Cut(address, "://"); ok {
		var host string
		if host, line, ok = strings.Cut(rest, "/"); !ok {
			return ""
		}
		if host != graph.Host {
			flags = " --base-url " + scheme + "://" + host
		}
	}
	line = "/" + strings.TrimPrefix(line, "/")
	for _, api := range [...]string{"v1.0", "beta"} {
		if below, ok := strings.CutPrefix(line, "/"+api+"/"); ok {
			line, flags = "/"+below, " --api "+api+flags
			break
		}
	}
	if line == address || strings.ContainsRune(line, '\'') {
		return ""
	}
	return fmt.Sprintf("graphvcr record %s '%s'%s", method, line, flags)
}

// text is the request as the text of a scenario, without its body: JSON, which YAML reads as it is.
func (q *Request) text() ([]byte, error) {
	bare, query, _ := strings.Cut(q.Path, "?")
	request := map[string]any{"method": q.Method, "path": literal(bare)}
	options := map[string]string{}
	for part := range strings.SplitSeq(query, "&") {
		if option, value, _ := strings.Cut(part, "="); option != "" {
			options[option] = literal(value)
		}
	}
	if len(options) > 0 {
		request["query"] = options
	}
	headers := map[string][]string{}
	for name, values := range q.Header {
		for _, value := range values {
			headers[name] = append(headers[name], literal(value))
		}
	}
	if q.Body != nil && headers["Content-Type"] == nil {
		headers["Content-Type"] = []string{contentType(q.Body)}
	}
	if len(headers) > 0 {
		request["headers"] = headers
	}
	return json.Marshal(map[string]any{"api": q.API, "steps": []any{map[string]any{"request": request}}})
}

// setBody gives a request the body. It is not read as YAML: it may be long.
func (q *Request) setBody(request *scenario.Request) {
	switch {
	case q.Body == nil:
	case utf8.Valid(q.Body):
		text := scenario.Verbatim(string(q.Body))
		request.Text = &text
	default:
		request.Base64 = base64.StdEncoding.EncodeToString(q.Body)
	}
}

// literal is a text in which braces name no variable.
func literal(text string) string { return strings.NewReplacer("{", "{{", "}", "}}").Replace(text) }

func contentType(body []byte) string {
	switch {
	case json.Valid(body):
		return "application/json"
	case utf8.Valid(body):
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// name is what the request's cassette and scenario are called: as was asked, else by the
// request's template, numbered where another request of that template has the name. Again
// means that the files of that name are of this very request, and are to be recorded over.
func (q *Request) name(p *project.Project, template string) (name string, again bool, err error) {
	if q.Name != "" {
		template = strings.TrimSuffix(filepath.ToSlash(q.Name), ".yaml")
		if !filepath.IsLocal(filepath.FromSlash(template)) || !project.IsFileName(template) || project.Unportable(template) != "" {
			return "", false, &fault.Error{Message: fmt.Sprintf("record: --name %q is not a file name below %s", q.Name, p.Dirs.Scenarios), Hint: "e.g. --name users/read"}
		}
	}
	for n := 1; ; n++ {
		name = template
		if n > 1 {
			name = fmt.Sprintf("%s-%d", template, n)
		}
		existing := cmp.Or(fileOf(p.Dirs.Scenarios, name), fileOf(p.Dirs.Cassettes, name))
		switch {
		case existing == "":
			return name, false, nil
		case q.isIn(p, name) && fileOf(p.Dirs.Scenarios, name) == "": // its scenario is gone
			return name, false, nil
		case q.isIn(p, name) && isSingle(p, name):
			return name, true, nil
		case q.Name != "":
			return "", false, &fault.Error{Message: fmt.Sprintf("record: %s exists, and is not of this request", existing), Hint: "choose another --name; to record its scenario again: graphvcr record " + name}
		}
	}
}

// isSingle reports whether a scenario has still the one step that it was drafted with.
func isSingle(p *project.Project, name string) bool {
	sc, err := p.Scenario(path.Join(p.Dirs.Scenarios, name+".yaml"))
	return err == nil && len(sc.Steps) == 1 && len(sc.Cleanup) == 0
}

// fileOf is the file in a folder that has a name already, "" if none has.
func fileOf(dir, name string) string {
	file := path.Join(dir, name+".yaml")
	if _, err := os.Lstat(file); err != nil {
		return ""
	}
	return file
}

// isIn reports whether the cassette of a name begins with this request. That is known only
// where nothing stands in place of the request's values: of one with a user's id the answer
// is no.
func (q *Request) isIn(p *project.Project, name string) bool {
	c, err := p.Cassette(name)
	if err != nil || len(c.Interactions) == 0 {
		return false
	}
	was := c.Interactions[0].Request
	before, err := graphurl.Parse(was.URL)
	if err != nil {
		return false
	}
	now, err := graphurl.Parse("/" + q.API + q.Path)
	return err == nil && was.Method == q.Method && before.String() == now.String() && sameBody(was.Body, string(q.Body))
}

func sameBody(a, b string) bool {
	if a == b {
		return true
	}
	one, err1 := jsondoc.Parse(a)
	other, err2 := jsondoc.Parse(b)
	return err1 == nil && err2 == nil && len(jsondoc.Diff(one, other, 0)) == 0
}
