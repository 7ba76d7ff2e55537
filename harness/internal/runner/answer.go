package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/display"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

// maxBody bounds what is read of one answer.
const maxBody = wire.MostBody

// maxRedirects is net/http's own limit.
const maxRedirects = 10

// message is what an answer holds, or a part of one.
type message struct {
	status int
	header http.Header
	text   string
	doc    any
	isJSON bool
}

// answer is a response, read whole.
type answer struct {
	message
	request    *http.Request // as the step sent it, before any redirect
	mended     string        // where its JSON holds half of a surrogate pair, the first such place
	trace      match.Trace
	redirected bool // the answer is of another address
}

func (a *answer) source() source { return source(a.trace.Answer) }

func (s exchanger) send(ctx context.Context) (*answer, *halt) {
	req, h := requestMaker(s).request(ctx)
	if h != nil {
		return nil, h
	}
	return s.exchange(req)
}

func (s exchanger) exchange(req *http.Request) (*answer, *halt) {
	rt := s.opts.Transport(s.step.As)
	if rt == nil {
		return nil, couldNot(ruleRunIdentity, 0, "there is no transport for the identity %q", s.step.As)
	}
	a := &answer{request: req}
	resp, err := s.client(rt).Do(req.WithContext(s.mark(req, a)))
	s.show(a)
	var endless *redirectError
	if errors.As(err, &endless) {
		return nil, s.goesRound(a, endless)
	}
	if err != nil {
		return nil, s.failed(req, err)
	}
	defer resp.Body.Close()
	a.redirected = resp.Request != nil && resp.Request.URL.String() != req.URL.String()
	data, err := wire.Read(resp.Body, maxBody, resp.ContentLength)
	if err == nil { // net/http leaves a coding that the step itself asked for
		data, _, err = wire.Decode(resp.Header, data, maxBody)
	}
	switch {
	case errors.Is(err, wire.ErrTooLarge):
		return nil, couldNot(ruleRunBody, 0, "the answer to %s is larger than %d MB", s.what(req), maxBody>>20)
	case err != nil:
		return nil, s.failed(req, fmt.Errorf("read the answer: %w", err))
	}
	a.status, a.header, a.text = resp.StatusCode, resp.Header, wire.Text(resp.Header.Get("Content-Type"), data)
	if note := a.source().Note; note != "" {
		s.add(a.note(ruleReplayOrder, "", note))
	}
	h := a.parse()
	if a.mended != "" {
		s.add(a.note(ruleAnswerSurrogate, a.mended, "half of a surrogate pair is not a character, and was read as U+FFFD, as most clients do"))
	}
	return a, h
}

// show keeps the recorded exchange that answered, or that there was none.
func (s *stepRun) show(a *answer) {
	if !s.opts.Show {
		return
	}
	shown := &s.result.Exchanges
	last := len(*shown) - 1
	switch is := a.source(); {
	case is.Interaction == nil || is.Cassette == nil:
		*shown = append(*shown, report.Exchange{Name: s.step.Name, Method: a.request.Method, URL: shownURL(a.request.URL)})
	case last >= 0 && (*shown)[last].Interaction != nil && *(*shown)[last].Interaction == is.Interaction.ID: // served again to one that polls
	default:
		e := display.Of(is.Cassette, is.Interaction)
		e.Name = s.step.Name
		*shown = append(*shown, e)
	}
}

// mark says to the transport, through the context, what a request cannot.
func (s exchanger) mark(req *http.Request, a *answer) context.Context {
	ctx := match.WithTrace(req.Context(), &a.trace)
	if s.step.As != "" {
		ctx = match.WithPrincipal(ctx, s.step.As)
	}
	if s.step.Auth == "none" || !graph.IsHost(req.URL.Host) {
		ctx = withoutAuth(ctx)
	}
	return ctx
}

func (s exchanger) client(rt http.RoundTripper) *http.Client {
	return &http.Client{Transport: rt, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if s.step.Request.Redirect == "stop" {
			return http.ErrUseLastResponse
		}
		if len(via) >= maxRedirects {
			return &redirectError{to: req.URL}
		}
		if req.URL.Host != via[0].URL.Host { // net/http would let subdomains and other ports have it
			protocol.DropCredentials(req.Header)
			req.Header.Del("Referer")
			*req = *req.WithContext(withoutAuth(req.Context()))
		}
		return nil
	}}
}

// redirectError is a chain of redirects that does not end.
type redirectError struct{ to *url.URL }

func (e *redirectError) Error() string { return fmt.Sprintf("more than %d redirects", maxRedirects) }

// goesRound reports redirects without end: the service's fault, and this step's.
func (s exchanger) goesRound(a *answer, err *redirectError) *halt {
	f := place{where: "header.Location"}.failed(ruleRedirectLoop, 0,
		fmt.Sprintf("an answer within %d redirects", maxRedirects), value("a redirect to "+shownURL(err.to)))
	f.Message = s.what(a.request) + ": the redirects do not end"
	f.Hint = "redirect: stop under request: judges the first answer instead"
	return (&halt{finding: f}).at(a, "")
}

func (s *stepRun) what(req *http.Request) string {
	return req.Method + " " + shownURL(req.URL)
}

// failed says why there is no answer: replay has none, or nothing works.
func (s exchanger) failed(req *http.Request, err error) *halt {
	var miss *match.MissError
	if errors.As(err, &miss) {
		f := MissFinding(miss)
		f.Want, f.Got = value(f.Want), value(f.Got)
		return &halt{finding: finding{Finding: f}}
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // its text repeats the address, query included
	}
	rule := RuleTransport
	if req.Context().Err() != nil {
		rule = ruleRunCancelled
	}
	h := couldNot(rule, 0, "%s: %v", s.what(req), err)
	h.fatal = true
	h.finding.Hint = fault.Hint(err)
	return h
}

// parse reads a JSON body. A body without a content type is JSON if it is; one
// that claims to be JSON and is not cannot be judged.
func (a *answer) parse() *halt {
	kind := a.header.Get("Content-Type")
	if strings.TrimSpace(a.text) == "" || kind != "" && !media.IsJSONType(media.TypeOf(kind)) {
		return nil
	}
	doc, mended, err := jsondoc.ParseMended(a.text)
	if err == nil {
		a.doc, a.isJSON, a.mended = doc, true, mended
		return nil
	}
	if kind == "" {
		return nil
	}
	return couldNot(ruleRunBody, 0, "the answer's content type is %s, but its body is not JSON: %v", kind, err).at(a, "$")
}

// source is the recorded interaction that answered, if one did.
type source match.Answer

func (s source) id() *int {
	if s.Interaction == nil {
		return nil
	}
	id := s.Interaction.ID
	return &id
}

// place is where the cassette holds the value at a path of the answer's body;
// for the path "" it is the interaction itself.
func (s source) place(path string) report.Place {
	if s.Interaction == nil || s.Cassette == nil {
		return report.Place{}
	}
	line := s.Interaction.Line
	if path != "" {
		line = s.Interaction.BodyLine(path)
	}
	return report.Place{File: s.Cassette.File, Line: line}
}

type withoutAuthKey struct{}

// withoutAuth marks the context of a request that must carry no token: a step
// that says so, or a request to a host that is neither Graph's nor the run's own,
// such as the pre-authenticated address of an upload session
// (v1.0/api/driveitem-createuploadsession).
func withoutAuth(ctx context.Context) context.Context {
	return context.WithValue(ctx, withoutAuthKey{}, true)
}

// IsWithoutAuth reports whether the request of a context must carry no token. A
// RoundTripper that adds tokens asks it.
func IsWithoutAuth(ctx context.Context) bool {
	marked, _ := ctx.Value(withoutAuthKey{}).(bool)
	return marked
}
