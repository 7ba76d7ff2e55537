package draft

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

// known are the values that a step can name: inputs, and captures of the steps before.
type known struct {
	texts texts
	links links
}

func newKnown() known { return known{texts{values: map[string]capture{}}, links{}} }

func (k *known) learn(found ...capture) {
	for _, c := range found {
		k.texts.add(c)
		k.links.add(c)
	}
}

// template is a text with the known values as variables, and all other braces escaped.
func (k *known) template(s string) string {
	var out strings.Builder
	done := 0
	k.texts.spans(s, func(at int, c capture) (next int) {
		out.WriteString(escapeBraces(s[done:at]))
		out.WriteString("{" + c.name + "}")
		done = at + len(c.value)
		return done
	})
	out.WriteString(escapeBraces(s[done:]))
	return out.String()
}

// path is an escaped path with the known ids as variables.
func (k *known) path(escaped string) string {
	segments := strings.Split(escaped, "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil || k.template(plain) == escapeBraces(plain) {
			segments[i] = escapeBraces(segment)
			continue
		}
		segments[i] = k.segment(plain, segment)
	}
	return strings.Join(segments, "/")
}

// segment is a segment that is just one known id, or holds one in key syntax.
func (k *known) segment(plain, escaped string) string {
	whole := k.template(plain)
	word, rest, keyed := strings.Cut(whole, "('{")
	if strings.Count(whole, "{") == 1 && (strings.HasPrefix(whole, "{") && strings.HasSuffix(whole, "}") ||
		keyed && strings.HasSuffix(rest, "}')") && pathStep(word) == word) {
		return whole
	}
	return escapeBraces(escaped)
}

func escapeBraces(s string) string { return braces.Replace(s) }

var braces = strings.NewReplacer("{", "{{", "}", "}}")

// texts are values that are no links, to be found in texts wherever no letter or digit
// touches them. A look costs the text's length, however many values there are.
type texts struct {
	values  map[string]capture
	lengths []int // of the values, each once, the longest first
}

// longest bounds the values that are looked for: ids are far shorter.
const longest = 4096

func (t *texts) add(c capture) {
	if isLink(c.value) || len(c.value) > longest {
		return
	}
	t.values[c.value] = c
	longestFirst := func(a, b int) int { return cmp.Compare(b, a) }
	if at, there := slices.BinarySearchFunc(t.lengths, len(c.value), longestFirst); !there {
		t.lengths = slices.Insert(t.lengths, at, len(c.value))
	}
}

// spans shows the values in a text, at each place the longest first; found returns where to
// go on.
func (t *texts) spans(s string, found func(at int, c capture) (next int)) {
	touched := false // by a letter or digit
	for at := 0; at < len(s); {
		next := at
		for _, length := range t.lengths {
			if touched || at+length > len(s) {
				continue
			}
			if behind, _ := utf8.DecodeRuneInString(s[at+length:]); isWord(behind) {
				continue
			}
			if c, ok := t.values[s[at:at+length]]; ok {
				if next = found(at, c); next > at {
					break
				}
			}
		}
		if next == at {
			r, size := utf8.DecodeRuneInString(s[at:])
			touched = isWord(r)
			at += size
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(s[:next])
		touched, at = isWord(last), next
	}
}

func isWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// links are captured links, by the spelling that a request's address is compared with.
type links map[string]capture

func (l links) add(c capture) {
	switch {
	case strings.HasPrefix(c.value, "/") && !strings.Contains(c.value, "?"): // as canonical as paths
		l[relative(c.value)] = c
	case isLink(c.value):
		l[c.value] = c
	}
}

func relative(path string) string {
	if u, err := graphurl.Parse(path); err == nil {
		return "/ " + u.String()
	}
	return path
}

// all are the links that a request follows: to the very address, or to its path with a query
// of the request's own. A relative link is below the version. The longest is the first.
func (l links) all(u *url.URL) (all []followed) {
	bare := *u
	bare.RawQuery = ""
	whole := bare.String()
	version, path, _ := splitVersion(u)
	for _, f := range []followed{{spelling: u.String()}, {spelling: whole + "?" + u.RawQuery}, {spelling: whole, rest: u.RawQuery}, {spelling: relative(path), rest: u.RawQuery}} {
		if c, ok := l[f.spelling]; ok && (version != "" || !strings.HasPrefix(f.spelling, "/")) {
			f.capture = c
			all = append(all, f)
		}
	}
	return all
}

// A followed link led to a request, which has the rest as a query of its own.
type followed struct {
	capture
	spelling, rest string
}

// follows reports whether a request was led to its address by one of the links, so that the
// ids in it are not the caller's own.
func (l links) follows(address string) bool {
	u, err := url.Parse(address)
	return err == nil && len(l.all(u)) > 0
}
