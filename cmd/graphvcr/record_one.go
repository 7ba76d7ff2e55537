package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/draft"
	"github.com/graphvcr/graphvcr/harness/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

// isRequest reports whether the arguments are a method and a path, not scenarios.
func isRequest(args []string) bool {
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete, http.MethodHead}
	return len(args) > 0 && slices.Contains(methods, args[0])
}

// recordOne records a single request that has no scenario yet: it writes one, records
// it, and puts what can be drafted from the recording in its place.
func (f *recordFlags) recordOne(ctx context.Context, std streams, p *project.Project, args []string, suite *report.Suite) error {
	if len(args) != 2 || !strings.HasPrefix(args[1], "/") {
		return &failure{message: "record: want a method and one path", hint: "graphvcr record GET '/me/chats?$top=5'; requests with a body need a scenario"}
	}
	name := requestName(args[0], args[1])
	text, err := oneStep(f.api, args[0], args[1])
	if err != nil {
		return &failure{message: "record", err: err}
	}
	if err := writeScenario(std, p, name, text); err != nil {
		return err
	}
	file := path.Join(p.Dirs.Scenarios, name+".yaml")
	before := len(suite.Cases)
	err = f.record(ctx, std, p, []string{file}, suite)
	c, loadErr := p.Cassette(name)
	if err != nil || loadErr != nil || len(suite.Cases) == before {
		os.Remove(file) // nothing was recorded that it could be replayed against
		return err
	}
	drafted, err := draft.Scenario(c)
	if err != nil {
		return &failure{message: "record: draft the scenario", err: err}
	}
	if err := replaceFile(file, drafted); err != nil {
		return &failure{message: "record", err: err}
	}
	return nil
}

// requestName is where the scenario of a request goes: requests/get-me-chats.
func requestName(method, address string) string {
	bare, _, _ := strings.Cut(address, "?")
	words := strings.FieldsFunc(strings.ToLower(method+"/"+bare), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	name := strings.Join(words, "-")
	return "requests/" + name[:min(len(name), 80)]
}

// oneStep is a scenario of one request.
func oneStep(api, method, address string) ([]byte, error) {
	bare, query, _ := strings.Cut(address, "?")
	braces := strings.NewReplacer("{", "{{", "}", "}}")
	request := map[string]any{"method": method, "path": braces.Replace(bare)}
	options := map[string]string{}
	for part := range strings.SplitSeq(query, "&") {
		if option, value, _ := strings.Cut(part, "="); option != "" {
			options[option] = braces.Replace(value)
		}
	}
	if len(options) > 0 {
		request["query"] = options
	}
	return yaml.Marshal(map[string]any{
		"name": fmt.Sprintf("%s %s", method, filepath.ToSlash(bare)), "api": api,
		"steps": []any{map[string]any{"request": request}},
	})
}
