package graphurl

import (
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
)

// steps yields the segments of a path, decoded.
type steps struct {
	rest    string
	encoded bool
	queued  []string // before rest, already decoded
	ended   bool
}

func (s *steps) next() (text string, ok bool) {
	if len(s.queued) > 0 {
		text, s.queued = s.queued[0], s.queued[1:]
		return text, true
	}
	if s.ended {
		return "", false
	}
	i := strings.IndexByte(s.rest, '/')
	if i < 0 {
		text, s.rest, s.ended = s.rest, "", true
	} else {
		text, s.rest = s.rest[:i], s.rest[i+1:]
	}
	if s.encoded {
		text = unescape(text, false)
	}
	return text, true
}

type pathParser struct {
	steps
	pos      position
	segments []Segment
}

// version cuts the API version off the path.
func (p *pathParser) version() string {
	first, rest, more := strings.Cut(p.rest, "/")
	if p.encoded {
		first = unescape(first, false)
	}
	version := versionOf(first)
	if version != "" {
		p.rest, p.ended = rest, !more
	}
	return version
}

func versionOf(segment string) string {
	for _, version := range [...]string{"v1.0", "beta"} {
		if equalFold(segment, version) {
			return version
		}
	}
	return ""
}

// equalFold compares with a name in lower case. Of equal length, no other letter is folded.
func equalFold(s, lower string) bool { return len(s) == len(lower) && strings.EqualFold(s, lower) }

func (p *pathParser) parse() []Segment {
	if p.ended {
		return nil
	}
	p.segments = make([]Segment, 0, strings.Count(p.rest, "/")+3)
	for {
		text, ok := p.next()
		if !ok {
			break
		}
		if p.colonPath(text) {
			continue
		}
		if joined, ok := p.joinQuoted(text); ok {
			if p.colonPath(joined) {
				continue
			}
			text = joined
		}
		p.segment(text)
	}
	// Without trailing slashes: Graph's own documentation has both /users?$select=.. and
	// /users/?$select=.. (concepts/delta-query-overview).
	for n := len(p.segments); p.pos != anywhere && n > 0 && p.segments[n-1].Kind == Word && p.segments[n-1].Text == ""; n-- {
		p.segments = p.segments[:n-1]
	}
	return p.segments
}

func (p *pathParser) add(s Segment) {
	if n := len(p.segments); s.Kind == Key && n > 0 && slices.Contains(folderHolders, p.segments[n-1].Text) {
		if lower := ascii.ToLower(s.Text); slices.Contains(mailFolders, lower) {
			s.Text = lower
		}
	}
	p.segments = append(p.segments, s)
	p.pos = p.pos.after(s)
}

// folderHolders are the collections whose members mailFolders are.
var folderHolders = []string{"mailFolders", "childFolders"}

// mailFolders are the names that Outlook gives to folders. Documentation has them in two
// spellings, inbox (v1.0/resources/mailfolder) and Inbox (v1.0/resources/mail-api-overview).
var mailFolders = []string{
	"archive", "clutter", "conflicts", "conversationhistory", "deleteditems", "drafts", "inbox", "junkemail", "localfailures",
	"msgfolderroot", "outbox", "recoverableitemsdeletions", "scheduled", "searchfolders", "sentitems", "serverfailures", "syncissues",
}

// joinQuoted reads on where a slash stands inside a quoted argument, as in
// getByPath(path='/a/b'). When the quote is never closed the rest of the path is
// literal.
func (p *pathParser) joinQuoted(text string) (string, bool) {
	if p.pos == anywhere || !strings.Contains(text, "(") {
		return text, false
	}
	var n nesting
	n.read(text)
	if !n.quoted {
		return text, false
	}
	before := p.steps
	var b strings.Builder
	b.WriteString(text)
	for n.quoted {
		more, ok := p.next()
		if !ok {
			p.steps, p.pos = before, anywhere
			return text, false
		}
		n.read(more)
		b.WriteByte('/')
		b.WriteString(more)
	}
	return b.String(), true
}

// pathHolders are the collections whose members may be followed by a colon path
// (v1.0/api/driveitem-get, site-getbypath, drive-get-specialfolder).
var pathHolders = []string{"items", "special", "sites", "children", "bundles", "following"}

// colonPath reads root:/a/b.txt:, items/ID:/x.txt: and sites/HOST:/a:. Graph
// addresses files by path there, so an encoded slash separates as a raw one does:
// the Go SDK sends items/root%3A%2Fa.bin%3A/content.
func (p *pathParser) colonPath(text string) bool {
	i := colonAt(text)
	if i <= 0 || !p.holdsPath(text[:i]) {
		return false
	}
	p.segment(text[:i])
	if rest := text[i+1:]; rest != "" {
		p.queued = append(strings.Split(rest[1:], "/"), p.queued...)
	}
	var b strings.Builder
	b.WriteByte(':')
	for {
		step, ok := p.next()
		if !ok {
			break
		}
		if strings.Contains(step, "/") {
			p.queued = append(strings.Split(step, "/"), p.queued...)
			continue
		}
		b.WriteByte('/')
		b.WriteString(step)
		if strings.HasSuffix(step, ":") {
			break
		}
	}
	p.add(Segment{Text: b.String(), Kind: ColonPath})
	return true
}

// colonAt finds the colon, outside parentheses, that ends text or stands before a
// slash; -1 when there is none.
func colonAt(text string) int {
	if strings.IndexByte(text, ':') < 0 {
		return -1
	}
	var n nesting
	for i := range len(text) {
		if text[i] == ':' && n.depth == 0 && (i+1 == len(text) || text[i+1] == '/') {
			return i
		}
		n.step(text[i])
	}
	return -1
}

func (p *pathParser) holdsPath(base string) bool {
	if p.pos == anywhere {
		return false
	}
	if name, inner, ok := cutCall(base); ok {
		head := p.pos.called(name)
		if _, keyed := keyLiteral(inner); keyed && head.Kind == Word && slices.Contains(pathHolders, head.Text) {
			return true
		}
	}
	if p.pos != atKey && equalFold(base, "root") {
		return true
	}
	if len(p.segments) == 0 || !p.pos.mayHoldKey() {
		return false
	}
	last := p.segments[len(p.segments)-1]
	return last.Kind == Word && slices.Contains(pathHolders, last.Text)
}

// segment reads one segment that is no colon path.
func (p *pathParser) segment(text string) {
	name, inner, ok := cutCall(text)
	if !ok || p.pos == anywhere {
		p.add(p.pos.bare(text))
		return
	}
	if args, ok := namedArgs(inner); ok && isQualifiedName(name) {
		p.add(Segment{Text: functionName(name), Args: args})
		return
	}
	head := p.pos.called(name)
	key, ok := keyLiteral(inner)
	switch {
	case head.Kind != Word && head.Kind != Cast || !ok && inner != "":
		literal := Segment{Text: text} // it looks like a call and is none
		if p.pos.mayHoldKey() && !strings.HasSuffix(text, "()") {
			literal.Kind = Key
		}
		p.add(literal)
	case ok:
		p.add(head)
		p.add(Segment{Text: key, Kind: Key})
	default:
		p.add(head)
	}
}
