package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/record"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// isRequest reports whether the arguments are a method and a path, not scenarios.
func isRequest(args []string) bool {
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete, http.MethodHead}
	return len(args) > 0 && slices.Contains(methods, args[0])
}

// recordOne records a single request that has no scenario yet, and then drafts one from the
// recording.
func (f *recordFlags) recordOne(ctx context.Context, t *task, suite *report.Suite) error {
	if len(t.args) != 2 {
		return &fault.Error{Message: "record: want a method and one path", Hint: "graphvcr record GET '/me/chats?$top=5'"}
	}
	method, path := t.args[0], t.args[1]
	if !strings.HasPrefix(path, "/") {
		return &fault.Error{Message: fmt.Sprintf("record: want a path below the version, not %q", path), Hint: record.WantedLine(method, path)}
	}
	request := record.Request{Method: method, Path: path, API: f.api, Name: f.name}
	var err error
	if request.Header, err = f.sentHeaders(); err != nil {
		return err
	}
	if request.Body, err = f.sentBody(t.std); err != nil {
		return err
	}
	sc, options, err := request.Scenario(t.project)
	if err != nil {
		return err
	}
	service, err := f.live.service()
	if err != nil {
		return err
	}
	if err := f.live.agree(t.std, service.base, []*scenario.Scenario{sc}); err != nil {
		return err
	}
	result, err := f.live.run(ctx, t, service, sc, func(live record.Live) (report.Case, error) {
		return record.Scenario(ctx, t.project, sc, live, options)
	})
	if err == nil {
		suite.Cases = append(suite.Cases, result)
	}
	return err
}

func (f *recordFlags) sentHeaders() (http.Header, error) {
	headers := http.Header{}
	for _, header := range f.headers {
		name, value, ok := strings.Cut(header, ":")
		name = http.CanonicalHeaderKey(strings.TrimSpace(name))
		if !ok || name == "" {
			return nil, &fault.Error{Message: "record: --header wants 'NAME: VALUE'", Hint: "e.g. --header 'Prefer: outlook.timezone=\"UTC\"'"}
		}
		headers[name] = append(headers[name], strings.TrimSpace(value))
	}
	return headers, nil
}

// mostSent bounds the body of a request; Graph takes 4 MB and less outside upload
// sessions (concepts/best-practices-concept).
const mostSent = 4 << 20

func (f *recordFlags) sentBody(std Streams) ([]byte, error) {
	if f.body == "" {
		return nil, nil
	}
	in := std.In
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
