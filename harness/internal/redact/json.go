package redact

import (
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A frame is an object or array that is being read.
type frame struct {
	name   string // the member that holds it, or the nearest that does
	key    string // of the member that is being read
	array  bool
	index  int
	field  *field // what its strings inherit: an array of secrets
	nameAt [2]int // where the value of "name" stands, until the object turns out to be a file
	isFile bool
}

// json looks at JSON text. It reads tokens, not grammar: text that is broken or cut
// is read as far as it goes, and what is no JSON in it as text.
func (p *pass) json(s string, base int) {
	outer, before := len(p.frames), p.outer
	p.outer = outer
	defer func() { p.frames, p.outer = p.frames[:outer], before }()
	key := ""
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case ' ', '\t', '\r', '\n':
			i++
		case ':':
			i++
		case ',':
			if top := p.top(outer); top != nil {
				top.index++
			}
			key = ""
			i++
		case '{', '[':
			p.open(c == '[', key, outer)
			key = ""
			i++
		case '}', ']':
			p.close(s, base, outer)
			key = ""
			i++
		case '"':
			end, escaped := stringEnd(s, i+1)
			after := min(end+1, len(s))
			if colon := skipSpace(s, after); colon < len(s) && s[colon] == ':' {
				key = s[i+1 : end]
				p.member(key, base+i+1, outer)
				i = colon + 1
				continue
			}
			p.stringValue(s[i+1:end], base+i+1, key, escaped, outer)
			if top := p.top(outer); top != nil && key == "name" && hasExtension(s[i+1:end]) {
				p.renameFile(top, s, base)
			}
			i = after
		default:
			end := i + 1
			for end < len(s) && !isStructure[s[end]] {
				end++
			}
			p.bare(s[i:end], base+i, key, outer)
			i = end
		}
	}
}

// isStructure says which bytes end a number, a literal, or what is no JSON.
var isStructure = [256]bool{',': true, ':': true, '{': true, '}': true, '[': true, ']': true, '"': true, ' ': true, '\t': true, '\r': true, '\n': true}

func (p *pass) top(outer int) *frame {
	if len(p.frames) == outer {
		return nil
	}
	return &p.frames[len(p.frames)-1]
}

func (p *pass) open(array bool, key string, outer int) {
	f := frame{array: array, name: key}
	if top := p.top(outer); top != nil {
		if key == "" {
			f.name = top.name
		}
		if array && top.array {
			f.field = top.field
		}
		top.key = key
	}
	if array && key != "" {
		f.field = p.fieldFor(key, outer)
	}
	p.frames = append(p.frames, f)
}

func (p *pass) close(s string, base, outer int) {
	top := p.top(outer)
	if top == nil {
		return
	}
	if top.isFile && top.nameAt[1] > 0 {
		p.renameFile(top, s, base)
	}
	p.frames = p.frames[:len(p.frames)-1]
}

// member notes the name of a member. Names are never changed, but for ids that are
// used as names (assignments of a planner task).
func (p *pass) member(key string, at, outer int) {
	if top := p.top(outer); top != nil {
		top.key = key
		switch key {
		case "file", "folder", "parentReference", "fileSystemInfo", "package", "@microsoft.graph.downloadUrl":
			top.isFile = true
		}
	}
	if len(key) >= 16 && key[0] != '@' || len(key) >= 6 && mayBeID(key) {
		p.text(key, at)
	}
}

// mayBeID reports whether a short name is more than letters and digits.
func mayBeID(key string) bool {
	for i := 1; i < len(key); i++ {
		if c := key[i]; c == '@' || c == '!' || c == '.' {
			return true
		}
	}
	return false
}

// fieldFor finds the rule for a member where it stands; nil for most.
func (p *pass) fieldFor(key string, outer int) *field {
	f := members.find(key)
	if f == nil || f.within == nil {
		return f
	}
	parent := ""
	if top := p.top(outer); top != nil {
		parent = top.name
	}
	for _, w := range f.within {
		if strings.EqualFold(w, parent) {
			return f
		}
	}
	return nil
}

func (p *pass) stringValue(s string, base int, key string, escaped bool, outer int) {
	top := p.top(outer)
	if len(s) == 0 {
		return
	}
	first := len(p.edits)
	var f *field
	switch {
	case key != "":
		f = p.fieldFor(key, outer)
		if top != nil {
			top.key = key
			if f == nil && key == "name" && top.name != "emailAddress" {
				top.nameAt = [2]int{base, base + len(s)}
			}
		}
	case top != nil:
		f = top.field
	}
	if p.previous != nil {
		p.place = p.part + p.pathTo(outer)
	}
	value := func(t string, at int) {
		switch {
		case f != nil:
			p.treat(f, t, at)
		case key == "body":
			p.encodedBody(t, at)
		case key == "location" || key == "Location":
			p.redirect(t, at)
		default:
			p.free(t, at)
		}
	}
	if escaped && p.depth < maxDepth {
		p.through(unescaped(s), base, func(t string) { value(t, 0) })
	} else {
		value(s, base)
	}
	if p.wantPaths && p.found(first) {
		p.locate(first, outer)
	}
}

// redirect looks at a link that an answer sends to: off Graph it gives access.
func (p *pass) redirect(s string, base int) {
	if isService(s) || !strings.HasPrefix(s, "http") {
		p.free(s, base)
		return
	}
	p.url(s, base, link)
}

// renameFile renames the value of "name" once its object is known for a file. What
// was found in the name before gives way.
func (p *pass) renameFile(top *frame, s string, base int) {
	start, end := top.nameAt[0], top.nameAt[1]
	top.nameAt = [2]int{}
	if end == 0 || !p.on[contentFileName] {
		return
	}
	after := len(p.edits)
	for after > 0 && p.edits[after-1].start >= start {
		after--
	}
	p.edits = append(p.edits[:after], slices.DeleteFunc(p.edits[after:], func(e edit) bool { return e.end <= end })...)
	raw, key := s[start-base:end-base], top.key
	first := len(p.edits)
	if strings.IndexByte(raw, '\\') >= 0 {
		p.through(unescaped(raw), start, func(t string) { p.treat(&fileNames, t, 0) })
	} else {
		p.treat(&fileNames, raw, start)
	}
	if p.wantPaths && p.found(first) {
		top.key = "name"
		p.locate(first, p.outer)
		top.key = key
	}
}

// hasExtension: a name that ends like a file's.
func hasExtension(s string) bool {
	i := strings.LastIndexByte(s, '.')
	return i > 0 && len(s)-i >= 3 && len(s)-i <= 6 && isWords(s[i+1:]) && !ascii.All(s[i+1:], ascii.IsDigit)
}

// bare looks at a number, a literal, or what is no JSON.
func (p *pass) bare(s string, base int, key string, outer int) {
	if s == "null" || s == "true" || s == "false" {
		return
	}
	if isNumber(s) {
		if f := p.fieldFor(key, outer); f != nil && p.on[f.rule] {
			p.number(f, s, base, outer)
		}
		return
	}
	p.text(s, base)
}

// number replaces a number that a rule names; it stays a number.
func (p *pass) number(f *field, s string, base, outer int) {
	first := len(p.edits)
	if f.treatment == ones || table[f.rule].Class == Secret {
		p.add(base, base+len(s), f.rule, s, answer{onesFor(s), true})
	}
	if p.wantPaths && p.found(first) {
		p.locate(first, outer)
	}
}

func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	for i := range len(s) {
		switch c := s[i]; {
		case ascii.IsDigit(c), i > 0 && (c == '.' || c == 'e' || c == 'E'):
		case i > 0 && (c == '+' || c == '-') && s[i-1]|0x20 == 'e':
		default:
			return false
		}
	}
	return s != ""
}

// stringEnd finds the quote that ends a JSON string which begins at i, or the end of
// the text.
func stringEnd(s string, i int) (end int, escaped bool) {
	for {
		k := strings.IndexByte(s[i:], '"')
		if k < 0 {
			return len(s), escaped || strings.IndexByte(s[i:], '\\') >= 0
		}
		end = i + k
		b := strings.IndexByte(s[i:end], '\\')
		if b < 0 {
			return end, escaped
		}
		escaped = true
		for i += b; i < end; {
			if s[i] == '\\' {
				i += 2
				continue
			}
			i++
		}
		if i == end {
			return end, true
		}
		if i > len(s) {
			return len(s), true
		}
	}
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

// locate tells the edits of a value where they are.
func (p *pass) locate(first, outer int) {
	path := p.pathTo(outer)
	for i := first; i < len(p.edits); i++ {
		if p.edits[i].path == "" {
			p.edits[i].path = path
		}
	}
}

// where is the path of the current value, "" outside JSON.
func (p *pass) where() string {
	if len(p.frames) == p.outer {
		return ""
	}
	return p.pathTo(p.outer)
}

// pathTo is the normalized path of the value that is being read (RFC 9535).
func (p *pass) pathTo(outer int) string {
	path := "$"
	for i := outer; i < len(p.frames); i++ {
		if f := &p.frames[i]; f.array {
			path = jsondoc.AppendPath(path, f.index)
		} else {
			path = jsondoc.AppendPath(path, f.key)
		}
	}
	return path
}
