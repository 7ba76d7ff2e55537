package cli

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/draft"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// isRequest reports whether the arguments are a method and a path, not scenarios.
func isRequest(args []string) bool {
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete, http.MethodHead}
	return len(args) > 0 && slices.Contains(methods, args[0])
}

// recordOne records a single request that has no scenario yet, and then drafts one from
// the recording. Until then the scenario is in memory only: it holds what redaction
// takes out.
func (f *recordFlags) recordOne(ctx context.Context, std streams, p *project.Project, args []string, suite *report.Suite) error {
	if len(args) != 2 {
		return &fault.Error{Message: "record: want a method and one path", Hint: "graphvcr record GET '/me/chats?$top=5'"}
	}
	if !strings.HasPrefix(args[1], "/") {
		return &fault.Error{Message: fmt.Sprintf("record: want a path below the version, not %q", args[1]), Hint: wantedLine(args[0], args[1])}
	}
	text, sent, err := f.oneStep(std, args[0], args[1])
	if err != nil {
		return err
	}
	template := "requests/" + draft.Name(args[0], args[1])
	sc, err := scenario.Parse(path.Join(p.Dirs.Scenarios, template+".yaml"), text)
	if err != nil {
		return &fault.Error{Message: fmt.Sprintf("record %s %s: this makes no request", args[0], args[1]), Cause: err, Hint: wantedLine(args[0], args[1])}
	}
	name, again, err := f.nameOf(p, template, func(name string) bool {
		return record.IsOf(p, name, args[0], f.api, args[1], sent)
	})
	if err != nil {
		return err
	}
	file := path.Join(p.Dirs.Scenarios, name+".yaml")
	sc.File, sc.Cassette, sc.Name = file, name, name
	service, err := f.service()
	if err != nil {
		return err
	}
	if err := f.agree(std, service.base, []*scenario.Scenario{sc}); err != nil {
		return err
	}
	options := record.Options{Saved: func() ([]report.Finding, error) {
		needs, err := drafted(p, name)
		if err != nil {
			return nil, err
		}
		return []report.Finding{{
			Rule: ruleRecordDrafted, Severity: report.Note, Place: report.Place{File: file}, Message: "wrote " + file + ", drafted from the recording", Hint: liveAgain(needs),
		}}, nil
	}}
	if again {
		options.Saved = nil
	}
	result, err := f.recordWith(ctx, std, service, sc, func(live record.Live) (report.Case, error) {
		return record.Scenario(ctx, p, sc, live, options)
	})
	if err == nil {
		suite.Cases = append(suite.Cases, result)
	}
	return err
}

// wantedLine is the command for an address as people paste it: a whole URL, or a path
// with its version or without its slash. It is "" for any other.
func wantedLine(method, address string) string {
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

// nameOf is what a request's cassette and scenario are called: by --name, else by the
// request's template, numbered where another request of that template has the name. Again
// means that the files of that name are of this very request, and are to be recorded over.
func (f *recordFlags) nameOf(p *project.Project, template string, isOf func(name string) bool) (name string, again bool, err error) {
	if f.name != "" {
		template = strings.TrimSuffix(filepath.ToSlash(f.name), ".yaml")
		if !filepath.IsLocal(filepath.FromSlash(template)) || !nameable(template) || unportable(template) != "" {
			return "", false, &fault.Error{Message: fmt.Sprintf("record: --name %q is not a file name below %s", f.name, p.Dirs.Scenarios), Hint: "e.g. --name users/read"}
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
		case isOf(name) && fileOf(p.Dirs.Scenarios, name) == "": // its scenario is gone
			return name, false, nil
		case isOf(name) && isSingle(p, name):
			return name, true, nil
		case f.name != "":
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

// drafted writes the scenario that can be drafted from a recording, and returns the variables
// of the environment that a live run of it needs.
func drafted(p *project.Project, name string) (needs []string, err error) {
	c, err := cassette.Load(path.Join(p.Dirs.Cassettes, name+".yaml")) // it is not replayed yet
	if err != nil {
		return nil, err
	}
	c.Name = name
	d, err := draft.Scenario(c)
	if err != nil {
		return nil, &fault.Error{Message: "record: draft the scenario", Cause: err}
	}
	if d.Keep(c) {
		if err := c.Save(c.File, p.Guard); err != nil {
			return nil, err
		}
	}
	_, err = createScenario(p, name, d.Text)
	return d.Env, err
}

// liveAgain says what a drafted scenario needs before it can run live.
func liveAgain(needs []string) string {
	if len(needs) == 0 {
		return ""
	}
	return "the recording holds pseudonyms: to run it live again (record, drift), set " + strings.Join(needs, ", ") + " to your own values; replay needs none"
}

// oneStep is a scenario of one request, and the body that it sends.
func (f *recordFlags) oneStep(std streams, method, address string) (text []byte, sent string, err error) {
	bare, query, _ := strings.Cut(address, "?")
	request := map[string]any{"method": method, "path": literal(bare)}
	options := map[string]string{}
	for part := range strings.SplitSeq(query, "&") {
		if option, value, _ := strings.Cut(part, "="); option != "" {
			options[option] = literal(value)
		}
	}
	if len(options) > 0 {
		request["query"] = options
	}
	headers, err := f.sentHeaders()
	if err != nil {
		return nil, "", err
	}
	if f.body != "" {
		body, err := f.sentBody(std)
		if err != nil {
			return nil, "", err
		}
		sent = string(body)
		request["text"] = literal(sent)
		if !utf8.Valid(body) {
			delete(request, "text")
			request["base64"] = base64.StdEncoding.EncodeToString(body)
		}
		if headers["Content-Type"] == nil {
			headers["Content-Type"] = []string{contentType(body)}
		}
	}
	if len(headers) > 0 {
		request["headers"] = headers
	}
	text, err = yaml.Marshal(map[string]any{
		"api":   f.api,
		"steps": []any{map[string]any{"request": request}},
	})
	return text, sent, err
}

// literal is a text in which braces name no variable.
func literal(text string) string { return strings.NewReplacer("{", "{{", "}", "}}").Replace(text) }

func (f *recordFlags) sentHeaders() (map[string][]string, error) {
	headers := map[string][]string{}
	for _, header := range f.headers {
		name, value, ok := strings.Cut(header, ":")
		name = http.CanonicalHeaderKey(strings.TrimSpace(name))
		if !ok || name == "" {
			return nil, &fault.Error{Message: "record: --header wants 'NAME: VALUE'", Hint: "e.g. --header 'Prefer: outlook.timezone=\"UTC\"'"}
		}
		headers[name] = append(headers[name], literal(strings.TrimSpace(value)))
	}
	return headers, nil
}

// mostSent bounds the body of a request; Graph takes 4 MB and less outside upload
// sessions (concepts/best-practices-concept).
const mostSent = 4 << 20

func (f *recordFlags) sentBody(std streams) ([]byte, error) {
	in := std.in
	if f.body != "-" {
		file, err := plainfile.Open(f.body)
		if err != nil {
			return nil, &fault.Error{Message: "record: --body", Cause: err}
		}
		defer file.Close()
		in = file
	}
	body, err := io.ReadAll(io.LimitReader(in, mostSent+1))
	if err != nil {
		return nil, &fault.Error{Message: "record: --body", Cause: err}
	}
	if len(body) > mostSent {
		return nil, &fault.Error{Message: fmt.Sprintf("record: --body %s is larger than %d MB", f.body, mostSent>>20), Hint: "larger files go through an upload session: write a scenario with bodyFile"}
	}
	return body, nil
}

func contentType(body []byte) string {
	switch {
	case json.Valid(body):
		return "application/json"
	case utf8.Valid(body):
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}
