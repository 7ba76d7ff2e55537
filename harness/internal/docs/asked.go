package docs

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
)

// form is a request as a page's section of HTTP requests writes it: a method, and words,
// placeholders between them.
type form struct {
	line   int
	method string
	path   []string // placeholders are holes
	text   string   // as written
}

const (
	hole     = "{}"
	pathHole = "{...}" // stands for any number of segments, of a path to a file
)

// checkRequests reports examples that are none of the requests that the page is about: of
// another method, or another path. One that goes further down than any is a minor matter.
func (p *pairing) checkRequests() {
	forms := p.forms()
	if len(forms) == 0 {
		return
	}
	noted := map[string]bool{}
	for _, q := range p.requests {
		if q.Opaque || !q.answered || isElsewhere(q.URL) {
			continue
		}
		whole := pathOf(q.URL)
		asked := slices.DeleteFunc(slices.Clone(whole), func(s string) bool { // casts, $count, $ref, $value: any may have them
			return strings.HasPrefix(s, namespace) || strings.HasPrefix(s, "$")
		})
		if len(asked) == 0 {
			continue
		}
		key := q.Method + " " + strings.Join(masked(asked), "/")
		matches := func(f form) bool { return f.matches(asked) || f.matches(whole) }
		isSame := slices.ContainsFunc(forms, func(f form) bool { return f.method == q.Method && matches(f) })
		if isSame || noted[key] {
			continue
		}
		noted[key] = true
		like := max(slices.IndexFunc(forms, func(f form) bool { return matches(f) && !f.isOfFiles(asked) }), slices.IndexFunc(forms, func(f form) bool { return f.method == q.Method }))
		if like < 0 {
			continue // another step of what the page describes
		}
		below := func(f form) bool {
			return len(asked) > len(f.path) && f.method == q.Method && f.matches(asked[:len(f.path)])
		}
		note := p.page.note
		if slices.ContainsFunc(forms, below) {
			note = p.page.minor
		}
		note(Asked, q.Line, "the example asks %s %s, and the page's HTTP request is %s (line %d)", q.Method, shownPath(q.URL), forms[like].text, forms[like].line)
	}
}

func masked(path []string) []string {
	path = slices.Clone(path)
	for i, s := range path {
		if strings.ContainsAny(s, "0123456789@") {
			path[i] = hole
		}
	}
	return path
}

// isElsewhere reports whether an address is of another host than Graph's: of an upload, say.
func isElsewhere(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && !graph.IsHost(u.Host)
}

func shownPath(address string) string {
	if _, after, ok := strings.Cut(address, "://"); ok {
		_, address, _ = strings.Cut(after, "/")
		address = "/" + address
	}
	for _, version := range []string{"/v1.0/", "/beta/"} {
		address = "/" + strings.TrimPrefix(strings.TrimPrefix(address, version), "/")
	}
	return fault.Clip(address, longestShown)
}

// longestShown bounds an address in a note.
const longestShown = 120

// forms are what stands in the page's sections of HTTP requests. Where one cannot be read,
// nothing is known.
func (p *pairing) forms() []form {
	var all []form
	for i := range p.fences {
		f := &p.fences[i]
		if !slices.ContainsFunc(f.path, func(h string) bool { return strings.HasPrefix(h, "http request") || h == "syntax" }) || !f.asks() {
			continue
		}
		first, _, _ := firstLine(f.text)
		if strings.Contains(first, "://") && p.isAnswered(i) {
			continue // an example that stands there
		}
		line := f.line
		for text := range strings.SplitSeq(f.text, "\n") {
			line++
			match := requestLine.FindStringSubmatch(strings.TrimSpace(text))
			if match == nil {
				continue
			}
			address := straightener.Replace(protocol.ReplaceAllString(strings.TrimSpace(match[2]), ""))
			path := pathOf(address)
			if len(path) == 0 || strings.Contains(address, "...") {
				return nil
			}
			all = append(all, form{line, strings.ToUpper(match[1]), path, match[1] + " " + address})
		}
	}
	return all
}

var (
	stands = regexp.MustCompile(`\{[^{}]*\}|<[^<>]*>|\([a-z]+-?id\)`)
	keyed  = regexp.MustCompile(`^([\w.]+)\(\s*(?:'[^']*'|\{\}|[\w-]+)\s*\)$`)
	called = regexp.MustCompile(`^([\w.]+)\(.*\)$`)
)

// pathOf are the words of an address, without version and options. Keys and placeholders are
// holes, functions stand without their parameters.
func pathOf(address string) []string {
	if decoded, err := url.PathUnescape(address); err == nil {
		address = decoded
	}
	address = stands.ReplaceAllStringFunc(address, func(text string) string {
		if strings.Contains(strings.ToLower(text), "path") {
			return pathHole
		}
		return hole
	})
	if _, after, ok := strings.Cut(address, "://"); ok {
		_, address, _ = strings.Cut(after, "/")
	}
	address, _, _ = strings.Cut(address, "?")
	var path []string
	for segment := range strings.SplitSeq(strings.Trim(strings.TrimSpace(address), "/"), "/") {
		segment = strings.TrimSpace(segment)
		if lower := strings.ToLower(segment); len(path) == 0 && (lower == "v1.0" || lower == "beta" || lower == hole) {
			continue
		}
		key := ""
		if match := keyed.FindStringSubmatch(segment); match != nil {
			segment, key = match[1], hole
		} else if match := called.FindStringSubmatch(segment); match != nil {
			segment = match[1]
		}
		if strings.Contains(segment, pathHole) {
			segment = pathHole
		} else if strings.Contains(segment, hole) {
			segment = hole
		}
		segment = strings.ToLower(segment)
		if segment == "root" && len(path) > 0 { // of a drive, an item as any
			path = append(path, "items")
			segment = hole
		}
		path = append(path, segment)
		if key != "" {
			path = append(path, key)
		}
	}
	if len(path) > 0 && path[0] == "me" { // as any user
		return append([]string{"users", hole}, path[1:]...)
	}
	return path
}

// isOfFiles reports whether the form or a path has the path of a file in it.
func (f *form) isOfFiles(path []string) bool {
	return slices.ContainsFunc(slices.Concat(f.path, path), func(s string) bool { return s == pathHole || strings.HasSuffix(s, ":") })
}

func (f *form) matches(path []string) bool {
	if f.isOfFiles(path) {
		return f.path[0] == path[0] // paths of files are of any length
	}
	return slices.EqualFunc(f.path, path, func(want, got string) bool {
		return want == hole || got == hole || strings.TrimPrefix(want, namespace) == strings.TrimPrefix(got, namespace)
	})
}

// namespace begins the names of types, and may begin those of operations.
const namespace = "microsoft.graph."
