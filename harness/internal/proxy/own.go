package proxy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/report/render"
)

const (
	ownPath      = "/_graphvcr/"
	sessionsPath = "/_graphvcr/sessions"
	// maxSessionRequest bounds what asks for a session.
	maxSessionRequest = 64 << 10
	// endPatience is how long DELETE waits for requests of the session.
	endPatience = 10 * time.Second
)

// A SessionRequest is what asks for a session: {"cassette": "users/list", "mode":
// "replay"}. Both may be left out, and are then the server's. "inputs" are the client's
// values for what the cassettes store: {"USER": "adele@fabrikam.com"}.
type SessionRequest struct {
	Cassettes []string
	Mode      string
	Inputs    map[string]string
}

// UnmarshalJSON reads one name, or a list of them.
func (s *SessionRequest) UnmarshalJSON(text []byte) error {
	var wire struct {
		Cassette json.RawMessage `json:"cassette"`
		Mode     string          `json:"mode"`

		Inputs map[string]string `json:"inputs"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wire); err != nil {
		return err
	}
	s.Mode, s.Inputs = wire.Mode, wire.Inputs
	if len(wire.Cassette) == 0 || string(wire.Cassette) == "null" {
		return nil
	}
	if wire.Cassette[0] == '[' {
		return json.Unmarshal(wire.Cassette, &s.Cassettes)
	}
	s.Cassettes = []string{""}
	return json.Unmarshal(wire.Cassette, &s.Cassettes[0])
}

func noSession() *Failure {
	return &Failure{Status: http.StatusNotFound, Code: codeSession, Message: "there is no such session: it was ended, or it was idle for too long, or it is of another server; POST " + sessionsPath + " opens one"}
}

// serveOwn answers what is asked of the harness itself, or of a session.
func (r *Reverse) serveOwn(w http.ResponseWriter, req *http.Request) *Failure {
	path := req.URL.Path
	id, isSession := strings.CutPrefix(path, sessionsPath+"/")
	isHosts := strings.HasPrefix(path, hostsPath) || strings.HasPrefix(path, httpHostsPath)
	switch {
	case r.opts.Page != nil && strings.HasPrefix(path, r.opts.PagePath):
		return r.servePage(w, req)
	case isOfPage(req) && !isHosts && !(isSession && strings.Contains(id, "/")):
		return denied(http.StatusForbidden, "this is for programs, not for pages in a browser")
	case path == ownPath+"health":
		return only(w, req, http.MethodGet, r.health)
	case path == sessionsPath:
		return only(w, req, http.MethodPost, r.postSession)
	case isSession:
		return r.serveBelow(w, req, id)
	case isHosts:
		return r.serveSession(w, req, r.own, path, req.URL.RawPath)
	}
	return denied(http.StatusNotFound, "graphvcr serves health and sessions here, not %s", path)
}

// servePage serves the page to whoever knows its path, and to no page of another site.
func (r *Reverse) servePage(w http.ResponseWriter, req *http.Request) *Failure {
	if site := req.Header.Get("Sec-Fetch-Site"); site != "" && site != "none" && site != "same-origin" {
		return denied(http.StatusForbidden, "this page is opened by its address alone")
	}
	http.StripPrefix(r.opts.PagePath, r.opts.Page).ServeHTTP(w, req)
	return nil
}

func only(w http.ResponseWriter, req *http.Request, method string, serve func(w http.ResponseWriter, req *http.Request) *Failure) *Failure {
	if req.Method != method && !(method == http.MethodGet && req.Method == http.MethodHead) {
		f := denied(http.StatusMethodNotAllowed, "want %s, not %s", method, req.Method)
		f.Header = http.Header{"Allow": {method}}
		return f
	}
	return serve(w, req)
}

// serveBelow answers a session's requests, and its end.
func (r *Reverse) serveBelow(w http.ResponseWriter, req *http.Request, rest string) *Failure {
	id, _, below := strings.Cut(rest, "/")
	s := r.sessions.find(id)
	if s == nil {
		return noSession()
	}
	if !below {
		return only(w, req, http.MethodDelete, func(w http.ResponseWriter, req *http.Request) *Failure { return r.deleteSession(w, req, id) })
	}
	raw := req.URL.RawPath
	if raw != "" {
		var ok bool
		if raw, ok = strings.CutPrefix(raw, s.prefix); !ok || raw[:1] != "/" {
			return denied(http.StatusBadRequest, "the session in the path is percent-encoded")
		}
	}
	return r.serveSession(w, req, s, req.URL.Path[len(s.prefix):], raw)
}

func (r *Reverse) postSession(w http.ResponseWriter, req *http.Request) *Failure {
	var asked SessionRequest
	body, err := io.ReadAll(bodyOf(w, req, maxSessionRequest))
	if err == nil && len(bytes.TrimSpace(body)) > 0 {
		err = json.Unmarshal(body, &asked)
	}
	if err != nil {
		return &Failure{Status: http.StatusBadRequest, Code: codeSession, Message: fmt.Sprintf(`open a session: %v: want {"cassette": NAME, "mode": "replay"}`, err)}
	}
	id, s, err := r.sessions.add(func() (Use, error) { return r.opts.Open(asked) }, r.opts.Faults)
	if err != nil {
		failure := FailureOf(err)
		if failure.Code == codeUpstream {
			failure.Status, failure.Code = http.StatusBadRequest, codeSession
		}
		return failure
	}
	base := s.baseOf(req)
	w.Header().Set("Location", base)
	return writeJSON(w, http.StatusCreated, map[string]any{"id": id, "url": base, "idleSeconds": int(r.opts.Idle / time.Second)})
}

// deleteSession ends a session and answers with its report.
func (r *Reverse) deleteSession(w http.ResponseWriter, req *http.Request, id string) *Failure {
	ctx, cancel := context.WithTimeout(req.Context(), endPatience)
	defer cancel()
	ended, found := r.sessions.end(ctx, id)
	if !found {
		return noSession()
	}
	suite := &report.Suite{Command: "serve", Cases: []report.Case{ended}}
	suite.Finish()
	var text bytes.Buffer
	if err := render.Suite(&text, "json", suite, render.Style{}); err != nil {
		return &Failure{Status: http.StatusInternalServerError, Code: codeSession, Message: "write the report: " + err.Error()}
	}
	return write(w, http.StatusOK, text.Bytes())
}

func (r *Reverse) health(w http.ResponseWriter, _ *http.Request) *Failure {
	return writeJSON(w, http.StatusOK, map[string]any{"status": "ok", "live": r.own.live, "sessions": r.sessions.count()})
}

func writeJSON(w http.ResponseWriter, status int, value map[string]any) *Failure {
	text, _ := json.Marshal(value) // plain values are always encoded
	w.Header().Set("Cache-Control", "no-store")
	return write(w, status, text)
}

func write(w http.ResponseWriter, status int, text []byte) *Failure {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that went away does not want it
	return nil
}
