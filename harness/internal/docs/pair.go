package docs

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// pairing is the state of going through the blocks of a page in their order.
type pairing struct {
	*reader
	requests []*Request
	current  *Request              // that the next answer belongs to
	last     *Response             // the last answer since that request
	named    map[string][]*Request // those without an answer, and the last one, by the names of annotations
	template *fence                // the last one, which an answer without a request may belong to
	previous int                   // line of the block before
}

func (r *reader) pair() {
	p := &pairing{reader: r, named: map[string][]*Request{}}
	for i := range r.fences {
		f := &r.fences[i]
		switch {
		case f.asks() && p.isTemplate(i):
			f.template, p.template = true, f
		case f.asks():
			p.request(f)
		case f.answers():
			p.response(f)
		case p.takesBody(f):
		case p.current != nil && !p.current.answered && f.annotation == nil && f.holdsJSON() && f.below("response"):
			p.response(f)
		default:
			p.leaveOut(f)
		}
		p.previous = f.line
	}
	for i := range r.fences {
		if f := &r.fences[i]; f.template {
			r.page.minor(LeftOut, f.line, "left out a template of requests, which is not an example")
		}
	}
	p.checkRequests()
	for _, q := range p.requests {
		if !q.answered {
			r.page.note(Unpaired, q.Line, "left out: no answer follows the request %s %s", q.Method, brief(q.URL))
		}
	}
}

// isTemplate distinguishes what stands for all requests of its kind (GET /users/{id}) from an
// example, which an answer follows.
func (p *pairing) isTemplate(i int) bool {
	f := &p.fences[i]
	first, _, _ := firstLine(f.text)
	syntax := slices.ContainsFunc(f.path, func(h string) bool { return strings.HasPrefix(h, "http request") || h == "syntax" })
	absolute := strings.Contains(first, "://")
	if (absolute || f.isAnnotated("request")) && !syntax {
		return false
	}
	return syntax && f.isAnnotated("ignored") && !absolute || !p.isAnswered(i)
}

// isAnswered reports whether the next message on the page is an answer.
func (p *pairing) isAnswered(i int) bool {
	for n := i + 1; n < len(p.fences) && n < i+20; n++ {
		if p.fences[n].answers() {
			return true
		}
		if p.fences[n].asks() {
			return false
		}
	}
	return false
}

func (p *pairing) request(f *fence) {
	if f.isAnnotated("response") {
		p.page.note(Annotation, f.annotation.line, "the annotation says response, and the block is a request")
	}
	p.current, p.last = p.page.request(f), nil
	p.requests = append(p.requests, p.current)
	for _, name := range p.current.names {
		p.named[name] = append(p.named[name], p.current)
	}
}

func (p *pairing) response(f *fence) {
	if f.isAnnotated("request") {
		p.page.note(Annotation, f.annotation.line, "the annotation says request, and the block is an answer")
	}
	a := p.page.response(f)
	if a == nil {
		return
	}
	p.check(f, a)
	p.checkBody(f, a)
	asked := p.askedBy(f)
	if len(asked) == 0 && p.template != nil {
		p.page.note(Repaired, p.template.line, "no example of a request is before the answer in line %d: took the template", f.line)
		p.template.template = false
		p.request(p.template)
		asked = []*Request{p.current}
	}
	if len(asked) == 0 {
		p.page.note(Unpaired, f.line, "left out: no request is before the answer %d %s", a.Code, a.Phrase)
		return
	}
	for _, q := range asked {
		q.answered = true
		p.page.Pairs = append(p.page.Pairs, Pair{Section: f.section, Request: q, Response: a})
	}
	p.last = a
}

// askedBy are the requests that an answer belongs to: those of its name, or the one
// before it; behind a redirect, the one that follows it.
func (p *pairing) askedBy(f *fence) []*Request {
	if named, open := p.byName(f); open || len(named) > 0 && p.current.answered {
		return named
	}
	if p.current == nil {
		return nil
	}
	if p.last != nil && p.last.Code/100 == 3 && p.last.Header.Get("Location") != "" {
		return []*Request{{Line: p.current.Line, Method: http.MethodGet, URL: p.page.address(p.last.Line, p.last.Header.Get("Location")), Header: http.Header{}}}
	}
	return []*Request{p.current}
}

// byName are the requests that a response's annotation names, and whether one of them
// has no answer yet.
func (p *pairing) byName(f *fence) (named []*Request, open bool) {
	if f.annotation == nil {
		return nil, false
	}
	for _, name := range f.annotation.names {
		for _, q := range p.named[name] {
			if !slices.Contains(named, q) {
				named = append(named, q)
				open = open || !q.answered
			}
		}
		if n := len(p.named[name]); n > 1 {
			p.named[name] = p.named[name][n-1:]
		}
	}
	return named, open
}

// check says where an answer contradicts itself, its annotation or the text.
func (p *pairing) check(f *fence, a *Response) {
	line := f.line + 1
	if standard := http.StatusText(a.Code); standard != "" && a.Phrase != "" {
		phrase := strings.TrimRight(a.Phrase, ". ")
		switch other := codeOf(phrase); {
		case strings.EqualFold(phrase, standard), a.Code == other:
		case slices.Contains(p.page.Stated, other): // one slip, reported once
			p.page.note(Status, line, "the status line is \"%d %s\": %s is what %d is called, which the text promises (line %d), and %d is %s", a.Code, a.Phrase, a.Phrase, other, p.page.StatedLine, a.Code, standard)
			return
		case other != 0:
			p.page.note(Status, line, "the status line is \"%d %s\": %s is what %d is called, and %d is %s", a.Code, a.Phrase, a.Phrase, other, a.Code, standard)
		default:
			p.page.note(Status, line, "the status line is \"%d %s\": %d is called %s", a.Code, a.Phrase, a.Code, standard)
		}
	}
	redirected := p.last != nil && p.last.Code/100 == 3
	if a.Code < 400 && len(p.page.Stated) > 0 && !slices.Contains(p.page.Stated, a.Code) && !redirected {
		stated := strings.Trim(strings.ReplaceAll(fmt.Sprint(p.page.Stated), " ", ", "), "[]")
		p.page.note(Status, line, "the example shows %d, and the text promises %s (line %d)", a.Code, stated, p.page.StatedLine)
	}
}

func (p *pairing) checkBody(f *fence, a *Response) {
	n := f.annotation
	var page struct{ Value json.RawMessage }
	isObject := strings.HasPrefix(a.Body, "{") && json.Unmarshal([]byte(a.Body), &page) == nil
	switch {
	case a.Code == http.StatusNoContent && a.Body != "":
		p.page.note(Body, a.BodyLine, "an answer with 204 has no body, and the example shows one")
	case n == nil:
	case n.wantsError && a.Code < 400:
		p.page.note(Annotation, n.line, "the annotation expects an error, and the example shows %d", a.Code)
	case n.empty && a.Body != "" && n.typ == "" && !isObject:
		p.page.note(Annotation, n.line, "the annotation says that the answer is empty, and it is not")
	case n.collection && isObject && !strings.HasPrefix(string(page.Value), "["):
		p.page.note(Annotation, n.line, "the annotation says that the answer is a collection, and it is one object")
	case a.Body == "" && n.typ != "" && a.Code < 300 && a.Code != http.StatusNoContent && a.Code != http.StatusAccepted:
		p.page.minor(Body, n.line, "the annotation names the type %s, and the example shows no body", n.typ)
	}
}

// otherNames are phrases that RFC 9110 and its predecessors give to codes, and net/http
// does not.
var otherNames = map[string]int{"payload too large": 413, "content too large": 413, "uri too long": 414, "range not satisfiable": 416, "unprocessable content": 422, "moved temporarily": 302}

// codeOf is the code that has a phrase; 0 when there is none.
func codeOf(phrase string) int {
	for code := 100; code < 600; code++ {
		if text := http.StatusText(code); text != "" && strings.EqualFold(text, phrase) {
			return code
		}
	}
	return otherNames[strings.ToLower(phrase)]
}

// takesBody gives a block of JSON to the message right before it that lacks a body.
func (p *pairing) takesBody(f *fence) bool {
	if f.annotation != nil && f.annotation.block != "ignored" || !f.holdsJSON() {
		return false
	}
	m := message{page: p.page, line: f.line + 1, text: f.text, header: http.Header{}}
	switch {
	case (f.lead || f.below("response body")) && p.last != nil && p.last.Body == "" && p.last.Code != http.StatusNoContent && p.previous == p.last.Line:
		m.readBody()
		p.last.Body, p.last.BodyLine, p.last.Mended = m.body, m.bodyLine, m.mended
	case (f.lead || f.below("request body")) && p.last == nil && p.current != nil && p.current.Body == "" && p.current.Method != http.MethodGet && p.previous == p.current.Line:
		m.readBody()
		p.current.Body = m.body
	default:
		return false
	}
	p.page.minor(Repaired, f.line, "the body stands in a block of its own")
	return true
}

func (p *pairing) leaveOut(f *fence) {
	first, _, _ := firstLine(f.text)
	switch {
	case f.included: // a sample of an SDK
	case first == "":
		p.page.minor(LeftOut, f.line, "left out an empty block")
	case f.isAnnotated("request") || f.isAnnotated("response"):
		p.page.note(Unpaired, f.line, "left out: the block is annotated as a %s and is none: %s", f.annotation.block, brief(first))
	case f.info == "http" || f.info == "msgraph-interactive":
		p.page.note(LeftOut, f.line, "left out: neither a request nor an answer: %s", brief(first))
	case f.info == "json" || first[0] == '{' || first[0] == '[':
		p.page.minor(LeftOut, f.line, "left out JSON that belongs to no example")
	case f.info == "":
		p.page.minor(LeftOut, f.line, "left out a block that is not a message: %s", brief(first))
	default:
		p.page.minor(LeftOut, f.line, "left out a sample in %s", brief(f.info))
	}
}
