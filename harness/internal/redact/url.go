package redact

import (
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// url looks at an address, absolute or relative, that is the whole text. With a rule
// it is a link that gives access by itself: all tokens in its path and query are
// renamed, so that the link stays usable.
func (p *pass) url(s string, base int, f field) {
	if p.links >= maxDepth {
		p.text(s, base)
		return
	}
	outer := p.link
	p.link = f
	p.links++
	defer func() { p.link = outer; p.links-- }()
	path := 0
	if host := authority(s); host > 0 {
		end := host
		for end < len(s) && strings.IndexByte("/?#", s[end]) < 0 {
			end++
		}
		p.text(s[host:end], base+host)
		path = end
		if strings.HasSuffix(strings.ToLower(s[host:end]), ".sharepoint.com") {
			path = p.library(s, end, base)
		}
	}
	rest := s[path:]
	fragment := unquoted(rest, '#')
	query := unquoted(rest[:fragment], '?')
	p.path(rest[:query], base+path)
	if query < fragment {
		p.query(rest[query+1:fragment], base+path+query+1)
	}
	if fragment < len(rest) {
		p.text(rest[fragment+1:], base+path+fragment+1)
	}
}

// library looks at the names of files in the address of a document library, such as
// /personal/adele_contoso_com/Documents/plans/budget.xlsx (webUrl in
// v1.0/resources/driveitem), and returns where they begin, or from where the rest of
// the address is to be looked at: the end of the path if there are any.
func (p *pass) library(s string, start, base int) int {
	end := start
	for end < len(s) && s[end] != '?' && s[end] != '#' {
		end++
	}
	segments := strings.Split(s[start:end], "/")
	if len(segments) < 5 || !siteFolders[strings.ToLower(segments[1])] || strings.HasPrefix(segments[3], "_") || p.link.rule != noRule {
		return start
	}
	names := start + len(strings.Join(segments[:4], "/"))
	p.path(s[start:names], base+start)
	for _, name := range segments[4:] {
		names++
		if name != "" {
			p.fileSegment(name, base+names)
		}
		names += len(name)
	}
	return end
}

// siteFolders hold the sites of a tenant, each with its libraries.
var siteFolders = map[string]bool{"personal": true, "sites": true, "teams": true}

// authority returns where the host of an absolute address begins, 0 for a relative one.
func authority(s string) int {
	k := strings.Index(s, "://")
	if k < 0 || k > 0 && !isWords(s[:k]) {
		return 0
	}
	return k + 3
}

// unquoted finds a character that does not stand within a literal, or the end.
func unquoted(s string, c byte) int {
	if strings.IndexByte(s, c) < 0 {
		return len(s)
	}
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '\'' && (quoted || i > 0 && strings.IndexByte("(=, ", s[i-1]) >= 0):
			quoted = !quoted
		case s[i] == c && !quoted:
			return i
		}
	}
	return len(s)
}

// isService reports whether a link's host is Graph or a sign-in host: what is asked
// there is asked with a token.
func isService(link string) bool {
	host := hostOf(link)
	return host == "" || graph.IsHost(host) || isLogin(host)
}

// hostOf is the host of an absolute address, "" for a relative one.
func hostOf(link string) string {
	start := authority(link)
	if start == 0 {
		return ""
	}
	end := start
	for end < len(link) && strings.IndexByte("/?#", link[end]) < 0 {
		end++
	}
	return link[start:end]
}

// isLogin: what is sent to Azure AD Graph, which is retired, is treated as a sign-in.
func isLogin(host string) bool {
	return graph.IsSignInHost(host) || graph.BareHost(host) == graph.LegacyHost
}

// path looks at the segments of a path. Between :/ and : they name files
// (concepts/addressing-driveitems).
func (p *pass) path(s string, base int) {
	colon := false
	previous := ""
	for start := 0; start <= len(s); {
		end := start + strings.IndexByte(s[start:], '/')
		if end < start {
			end = len(s)
		}
		segment := s[start:end]
		if p.previous != nil && p.depth == 0 && p.part == "request.url" {
			p.place = "request.url/" + strconv.Itoa(2+strings.Count(s[:start], "/"))
		}
		name := strings.TrimSuffix(segment, ":")
		switch {
		case segment == "":
		case colon:
			p.fileSegment(name, base+start)
			colon = name == segment
		case strings.EqualFold(previous, "personal") && strings.Contains(segment, "_"):
			p.personal(segment, base+start)
		case p.link.rule != noRule:
			p.linkToken(segment, base+start)
		default:
			p.literals(segment, base+start, false)
			colon = name != segment && !strings.Contains(name, ".") // a site's path begins HOST:/
		}
		previous = segment
		start = end + 1
	}
}

// fileSegment renames a file or folder in a path.
func (p *pass) fileSegment(s string, base int) {
	if p.depth < maxDepth && hasEscape(s) {
		p.through(percent(s, false), base, func(t string) { p.treat(&fileNames, t, 0) })
		return
	}
	p.treat(&fileNames, s, base)
}

func (p *pass) personal(segment string, base int) {
	if p.on[identityPersonalSite] {
		p.add(base, base+len(segment), identityPersonalSite, segment, p.ledger.personal(segment, p.trial))
	}
}

// linkToken renames a part of a link that gives access, unless it is an ordinary word.
func (p *pass) linkToken(s string, base int) {
	if p.depth < maxDepth && hasEscape(s) {
		p.through(percent(s, false), base, func(t string) { p.linkToken(t, 0) })
		return
	}
	if isTokenLike(s) {
		p.token(s, base, p.link.rule)
		return
	}
	p.text(s, base)
}

// isTokenLike tells a random token from a word of a path: long, and with digits or
// both cases in it. What was replaced by a constant in it tells nothing.
func isTokenLike(s string) bool {
	s = strings.ReplaceAll(s, redacted, "")
	if len(s) < 12 || strings.HasPrefix(s, "http") || strings.Contains(s, reserved) || strings.Contains(s, ".sharepoint.com") {
		return false
	}
	var digit, upper, small int
	for i := range len(s) {
		switch c := s[i]; {
		case ascii.IsDigit(c):
			digit++
		case ascii.IsUpper(c):
			upper++
		case ascii.IsLower(c):
			small++
		}
	}
	if digit+upper+small < minFree {
		return false
	}
	return digit >= 3 || len(s) >= 20 && (digit > 0 || upper > 2 && small > 2)
}

// token renames a whole token, keeping its shape. What is an id by itself gets that
// id's pseudonym.
func (p *pass) token(s string, base int, r rule) {
	if !p.on[r] || s == redacted {
		return
	}
	if s == fakeJWT || p.isID(s, base) {
		return
	}
	m := mold{guid: isGUID(s) || len(s) == 32 && ascii.All(s, ascii.IsHex)}
	if strings.HasPrefix(s, "b!") || strings.HasPrefix(s, "u!") || strings.HasPrefix(s, "X'") {
		m.prefix = 2
	}
	a := p.ledger.shape(s, m, p.suggestion(), p.trial)
	p.add(base, base+len(s), r, s, a)
	if !p.trial && a.pseudonym != s && ascii.All(s, func(c byte) bool { return isWord[c] }) && len(s) >= 12 {
		p.ledger.share(r, strings.ToLower(s), strings.ToLower(a.pseudonym))
	}
}

// isID renames a value that is, as a whole, an id or an address, and reports whether
// it is one.
func (p *pass) isID(s string, base int) bool {
	first := len(p.edits)
	p.text(s, base)
	start, end := base+len(s), base
	for _, e := range p.edits[first:] {
		start, end = min(start, e.start), max(end, e.end)
	}
	if start < end && isFrame(s[:start-base], s[end-base:]) || isGUID(s) && identity.IsWellKnown(s) {
		return true
	}
	p.edits = p.edits[:first]
	return false
}

// isFrame reports whether what stands around the renamed part of an id is its form.
func isFrame(head, tail string) bool {
	switch head {
	case "", "b!", "u!", "19:", "19:meeting_", "{":
	default: // the SHFT_ of shifts and its like
		letters, found := strings.CutSuffix(head, "_")
		return found && tail == "" && ascii.All(letters, ascii.IsUpper)
	}
	switch {
	case tail == "", tail == "}", tail == "=", tail == "==":
		return true
	case tail[0] == '@':
		return graph.IsConversationHost(tail[1:])
	case tail[0] == '!':
		return ascii.All(tail[1:], ascii.IsDigit)
	}
	return false
}

// query looks at the options of a query or the fields of a form.
func (p *pass) query(s string, base int) {
	for start := 0; start <= len(s); {
		end := start + strings.IndexByte(s[start:], '&')
		if end < start {
			end = len(s)
		}
		p.option(s[start:end], base+start)
		start = end + 1
	}
}

func (p *pass) option(s string, base int) {
	eq := strings.IndexByte(s, '=')
	if eq < 0 {
		p.text(s, base)
		return
	}
	name, value := s[:eq], s[eq+1:]
	if value == "" {
		return
	}
	if hasEscape(name) {
		name = percent(name, true).text
	}
	p.place = ""
	f := p.optionField(strings.TrimPrefix(name, "$"))
	scan := func(t string, at int) {
		switch {
		case f != nil:
			p.treat(f, t, at)
		case p.link.rule != noRule:
			p.linkValue(t, at)
		default:
			p.literals(t, at, strings.HasSuffix(name, "search"))
		}
	}
	if strings.IndexByte(value, '+') < 0 && !hasEscape(value) || p.depth >= maxDepth {
		scan(value, base+eq+1)
		return
	}
	p.through(percent(value, true), base+eq+1, func(t string) { scan(t, 0) })
}

// optionField is how an option, or a form's field, is treated by its name; nil for
// most.
func (p *pass) optionField(name string) *field {
	if p.form {
		if f := forms.find(name); f != nil {
			return f
		}
		if f := members.find(name); f != nil && f.within == nil {
			return f
		}
	}
	f := options.find(name)
	if f != nil && p.link.rule != noRule && f.rule == identityPageToken {
		secret := *f
		secret.rule = p.link.rule
		return &secret
	}
	if f == nil {
		if f = members.find(name); f != nil && (f.within != nil || table[f.rule].Class != Secret) {
			return nil
		}
	}
	return f
}

// linkValue looks at a value of a link that gives access.
func (p *pass) linkValue(s string, base int) {
	switch {
	case isJSON(s), strings.HasPrefix(s, "http"):
		p.free(s, base)
	default:
		p.linkToken(s, base)
	}
}
