package redact

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
)

// A pass is the redaction of one interaction: it asks of every text what is to stand there,
// and notes it.
type pass struct {
	judge
	leaves int                       // shown so far
	holes  map[int]cassette.HoleKind // leaves of a request that were replaced, by their numbers
	names  map[string]taggedName     // that holes hold

	counts  map[string]int                 // by rule
	unknown map[string]int                 // by member: values replaced only because nothing knows them
	look    func(l *place.Leaf, v verdict) // is given the verdicts, and nothing is replaced
}

// begin begins a pass, which end ends.
func (r *Redactor) begin() *pass {
	p, again := r.passes.Get().(*pass)
	if !again {
		p = &pass{counts: map[string]int{}, unknown: map[string]int{}}
		p.r, p.memory.spots = r, map[label]*spot{}
	}
	return p
}

// end leaves the pass to the next interaction, for which nothing counts but what was met lately.
func (p *pass) end() {
	p.scene, p.leaves, p.holes, p.names, p.look = scene{r: p.r}, 0, nil, nil, nil
	clear(p.counts)
	clear(p.unknown)
	p.r.passes.Put(p)
}

// leaf says what is to stand in a leaf's place.
func (p *pass) leaf(l *place.Leaf) (string, bool) {
	p.leaves++
	var v verdict
	if is, ok := p.volatile(l); ok {
		v = verdict{text: is, rule: volatile}
	} else if l.Role != place.MemberName || !p.isMemberName(l.Text, l.Parent) {
		v = p.verdict(l)
	}
	if l.Layered && v.rule == noRule {
		return "", false // its parts come next
	}
	return p.carryOut(l, v), true
}

// verdict is what is said of a leaf: what is remembered, or what judge says.
func (p *pass) verdict(l *place.Leaf) verdict {
	if !isRemembered(l) {
		return p.judge.verdict(l)
	}
	is := standing{p.spot(l.Name, l.Parent), l.Outer, l.Text, l.Role, p.outside, p.request, p.signIn, p.sealed}
	t, before := p.memory.met(&is)
	if t.said != nil && t.said.standing == is {
		return t.said.verdict
	}
	said := p.judge.verdict(l)
	if before && (l.Role == place.Member || said.rule == noRule || p.r.previous == nil) {
		is.outer, is.text = strings.Clone(l.Outer), strings.Clone(l.Text) // not the body that they stand in
		t.said = &answer{is, verdict{strings.Clone(said.text), said.rule, said.hole}}
	}
	return said
}

// isRemembered reports whether the verdict on a leaf is remembered: its place says no more of
// it than a standing does, and is one that others have.
func isRemembered(l *place.Leaf) bool {
	const longestRemembered = 128
	switch l.Role {
	case place.Segment, place.FileName, place.Literal, place.Token, place.MemberName, place.Boundary, place.Bytes:
		return false
	}
	return !l.Layered && len(l.Text) <= longestRemembered && !strings.HasSuffix(l.Name, "Hash") && !strings.EqualFold(l.Parent, "headers")
}

// carryOut notes a verdict and says what is to stand there.
func (p *pass) carryOut(l *place.Leaf, v verdict) string {
	switch {
	case p.look != nil:
		p.look(l, v)
		return l.Text
	case v.rule == noRule:
		return p.again(l)
	case v.text != l.Text:
		p.counts[string(v.rule)]++
		if p.before != nil && l.Role == place.MemberName {
			p.before.renamed[l.Text], p.before.used[v.text] = v.text, true
		}
		if v.rule == unknownText || v.rule == unknownMember {
			member := "" // where its name is the service's
			if (l.Role == place.Member || l.Role == place.Literal) && p.isMemberName(l.Name, l.Parent) {
				member = l.Name
			}
			p.unknown[member]++
		}
	}
	if p.request && v.hole != "" && (l.Role != place.Header || matchedHeaders.has(l.Name)) {
		if p.holes == nil {
			p.holes, p.names = map[int]cassette.HoleKind{}, map[string]taggedName{}
		}
		p.holes[p.leaves] = v.hole
		if v.hole == cassette.HoleName && v.text != l.Text && p.r.rules.Tags != Off {
			p.tag(v.text, l.Text, l.Looked() || l.IsName() || l.Role == place.Header)
			local, domain, isAddress := strings.Cut(v.text, "@")
			if at := strings.LastIndexByte(l.Text, '@'); isAddress && at > 0 && domain != l.Text[at+1:] {
				p.tag(local, l.Text[:at], l.Looked()) // of a client that makes it of a domain which an answer gave
			}
		}
	}
	return v.text
}

// tag keeps bits of a name that stands in a hole, by which replay knows it again.
func (p *pass) tag(pseudonym, value string, looked bool) {
	p.names[pseudonym] = taggedName{pseudonym, p.r.ledger.tag(pseudonym, value), looked || p.names[pseudonym].Looked}
}

// interaction rewrites all texts of an interaction. Headers and forms are replaced, not
// changed.
func (p *pass) interaction(i *cassette.Interaction) {
	req, resp := &i.Request, &i.Response
	host := cmp.Or(hostOf(req.URL), req.Host)
	p.left, p.signIn = !graph.IsHost(host), graph.IsSignInHost(host)
	p.sealed = p.left && !graph.IsFileHost(host)
	asked, answered := messagesOf(i)
	p.rewrite(&asked)
	p.previous = p.r.previous.place(p.previous, &asked, resp)
	answered.Body = p.previous.inOrder(req.Body, resp.Body)
	p.sizes = fileSizes(answered)
	p.rewrite(&answered)

	req.Headers = withLength(asked.Header, &req.ContentLength, len(req.Body), len(asked.Body))
	req.URL, req.Trailer, req.Body = asked.Address, asked.Trailer, asked.Body
	resp.Headers = withLength(answered.Header, &resp.ContentLength, len(resp.Body), len(answered.Body))
	resp.Trailer, resp.Body = answered.Trailer, answered.Body
	resp.Status = statusLine(resp.Code, resp.Status)
	if p.previous != nil { // how long it took changes with every call
		resp.Duration = p.previous.of.Response.Duration
	}
	p.others(i)
	i.Holes = p.holesIn(&asked)
}

// rewrite rewrites a message, beside the one that the recording before has in its place.
func (p *pass) rewrite(m *place.Message) {
	slice, _ := media.RangeOf(m.Header)
	p.request, p.offset, p.before = !m.Answer, slice.First, p.previous.message(m.Answer, p.r.ledger)
	p.outside = p.left && p.request
	place.Rewrite(m, p.leaf)
	p.before = nil
}

// others rewrites what go-vcr keeps of a request beside that.
func (p *pass) others(i *cassette.Interaction) {
	req := &i.Request
	req.Host = p.rewritten(nil, place.Leaf{Role: place.Host, Text: req.Host})
	req.RequestURI = p.rewritten(nil, place.Leaf{Role: place.Text, Text: req.RequestURI})
	if req.RemoteAddr != "" {
		req.RemoteAddr = "198.18.0.1:1"
	}
	if len(req.Form) > 0 {
		form := place.Message{Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: req.Form.Encode()}
		place.Rewrite(&form, p.judge.leaf)
		req.Form, _ = url.ParseQuery(form.Body) // it is one
	}
}

// statusLine is a status line whose phrase is a text of the service's, or HTTP's own.
func statusLine(code int, status string) string {
	_, phrase, ok := strings.Cut(status, " ")
	if own := http.StatusText(code); ok && phrase != own && !areServiceWords(phrase) {
		return strings.TrimSpace(strconv.Itoa(code) + " " + own)
	}
	return status
}

// withLength makes the lengths that described the old text describe the new one.
func withLength(h http.Header, length *int64, was, is int) http.Header {
	if *length == int64(was) {
		*length = int64(is)
	}
	if v := h["Content-Length"]; was != is && len(v) == 1 && v[0] == strconv.Itoa(was) {
		h = h.Clone()
		h.Set("Content-Length", strconv.Itoa(is))
	}
	return h
}

// holesIn lists the holes of a request, by their places in what is stored: those in what
// was sent may hold what was replaced.
func (p *pass) holesIn(stored *place.Message) (holes []cassette.Hole) {
	if len(p.holes) == 0 {
		return nil
	}
	n, m := 0, *stored
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		n++
		kind, is := p.holes[n]
		if is {
			holes = append(holes, cassette.Hole{Place: l.Place(), Kind: kind})
		}
		return l.Text, is || !l.Layered
	})
	return holes
}

func (p *pass) note(i *cassette.Interaction) []byte {
	if len(p.r.options.Salt) == 0 {
		return nil
	}
	byName := func(a, b taggedName) int { return strings.Compare(a.Name, b.Name) }
	n := noteData{Names: slices.SortedFunc(maps.Values(p.names), byName), Salt: p.r.saltDigest}
	if len(i.Holes) > 0 {
		n.Shapes = shapesOf(i)
	}
	if p.previous != nil {
		n.Place = p.previous.position + 1
	}
	text, _ := json.Marshal(n) // there is nothing in it that JSON has not
	return text
}
