package planted

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Spellings is all that an interaction holds, in any encoding, however often encoded, in
// lower case.
func Spellings(i *cassette.Interaction) string {
	var unescaped []string
	for _, text := range []string{i.Request.URL, i.Request.Body, i.Response.Body} {
		if plain, err := url.PathUnescape(text); err == nil {
			unescaped = append(unescaped, plain)
		}
	}
	return spellings(i, unescaped...)
}

// Holds reports whether an interaction holds a text in any encoding, whatever its letter case.
func Holds(i *cassette.Interaction, needle string) bool {
	return strings.Contains(spellings(i), strings.ToLower(needle))
}

func spellings(i *cassette.Interaction, more ...string) string {
	dump, _ := json.Marshal(i)
	return strings.ToLower(strings.Join(Decoded(append(more, string(dump), i.Request.Body, i.Response.Body)...), "\n"))
}

// Decoded are texts and what they say once what is encoded in them is decoded, however often.
func Decoded(texts ...string) (all []string) {
	seen := map[string]bool{}
	next := texts
	for range 10 {
		now := next
		next = nil
		for _, text := range now {
			if !seen[text] {
				seen[text] = true
				all = append(all, text)
				next = append(next, decodings(text)...)
			}
		}
	}
	return all
}

var (
	base64Form = regexp.MustCompile(`[A-Za-z0-9+/_-]{12,}={0,2}`)
	escapeForm = regexp.MustCompile(`(?:%|=|\\u00)([0-9a-fA-F]{2})`)
)

// decodings are what a text says once more is decoded of it.
func decodings(text string) (all []string) {
	add := func(s string) {
		if s != text && len(s) > 6 {
			all = append(all, s)
		}
	}
	add(escapeForm.ReplaceAllStringFunc(text, func(s string) string {
		plain, _ := strconv.ParseUint(s[len(s)-2:], 16, 8)
		return string([]byte{byte(plain)})
	}))
	add(strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\/`, "/", `\n`, "\n", `\r`, "\r").Replace(text))
	add(html.UnescapeString(text))
	add(strings.ReplaceAll(text, "+", " "))
	if strings.Contains(text, "\x00") || strings.Contains(text, `\u0000`) {
		add(strings.NewReplacer("\x00", "", `\u0000`, "").Replace(text))
	}
	for _, m := range base64Form.FindAllString(text, -1) {
		m = strings.TrimRight(m, "=")
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if plain, err := encoding.DecodeString(m); err == nil {
				add(string(plain))
			}
		}
	}
	return all
}

// A Search looks for many texts at once, in any encoding and letter case.
type Search struct {
	byHead map[string][]string // lower case, by their first bytes
	names  map[string]string
}

// shortest is how long a text is that is not met by chance.
const shortest = 7

// NewSearch looks for what must not be found of kinds. What is so short that it stands
// somewhere by chance is not looked for.
func NewSearch(kinds []Kind) *Search {
	s := &Search{byHead: map[string][]string{}, names: map[string]string{}}
	for _, k := range kinds {
		needle := strings.ToLower(k.Sought())
		if len(needle) < shortest || s.names[needle] != "" {
			continue
		}
		s.names[needle] = k.Name + " " + k.Member
		s.byHead[needle[:shortest]] = append(s.byHead[needle[:shortest]], needle)
	}
	return s
}

// In tells what a text holds, line by line and in whatever it is encoded: the kind, with the
// text around it.
func (s *Search) In(text string) (found []string) {
	for line := range strings.Lines(text) {
		for _, plain := range Decoded(line) {
			found = append(found, s.plain(plain)...)
		}
	}
	return found
}

func (s *Search) plain(text string) (found []string) {
	text = strings.ToLower(text)
	for at := 0; at+shortest <= len(text); at++ {
		for _, needle := range s.byHead[text[at:at+shortest]] {
			if strings.HasPrefix(text[at:], needle) {
				found = append(found, s.names[needle]+": "+text[max(0, at-80):min(len(text), at+len(needle)+20)])
			}
		}
	}
	return found
}
