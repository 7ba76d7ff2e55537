package match

import (
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/saltfile"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/identity/numbered"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A sealer makes a sealed cassette of a plain one: ids are computed, names that a test marks
// with « and » get counted pseudonyms, holes and tags. It is a substitute for package redact, and
// knows nothing but marks.
type sealer struct {
	faker   *identity.Faker
	names   []string          // marked, the longest first
	given   map[string]string // pseudonyms by name
	tags    map[string]string
	bits    map[string]bool
	secrets map[string]bool // members
}

// sealMarked seals a recording in which names are marked; without marks it is what a client sends.
func sealMarked(t testing.TB, text string) *cassette.Cassette {
	t.Helper()
	s := newSealer()
	return s.seal(parseRecording(t, s.unmark(text)))
}

func newSealer() *sealer {
	return &sealer{
		faker: identity.NewFaker(testSalt), given: map[string]string{}, tags: map[string]string{}, bits: map[string]bool{},
		secrets: map[string]bool{"password": true},
	}
}

func (s *sealer) unmark(text string) string {
	for _, marked := range strings.Split(text, "«")[1:] {
		name, _, _ := strings.Cut(marked, "»")
		if name = strings.ReplaceAll(name, "%20", " "); !slices.Contains(s.names, name) {
			s.names = append(s.names, name)
		}
	}
	slices.SortStableFunc(s.names, func(a, b string) int { return len(b) - len(a) })
	return strings.NewReplacer("«", "", "»", "").Replace(text)
}

func (s *sealer) seal(c *cassette.Cassette) *cassette.Cassette {
	for _, i := range c.Interactions {
		m := messageOf(i)
		place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
			is, kind := s.leaf(l, true)
			if kind != "" {
				i.Holes = append(i.Holes, cassette.Hole{Place: l.Place(), Kind: kind})
			}
			return is, is != l.Text
		})
		i.Request.URL, i.Request.Headers, i.Request.Body = m.Address, m.Header, m.Body
		slices.SortFunc(i.Holes, func(a, b cassette.Hole) int { return strings.Compare(a.Place, b.Place) })
		response := &i.Response
		m = place.Message{
			Method: i.Request.Method, Address: i.Request.URL, Answer: true, Status: response.Code,
			Header: response.Headers, Trailer: response.Trailer, Body: response.Body,
		}
		place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
			is, _ := s.leaf(l, false)
			return is, is != l.Text
		})
		response.Headers, response.Trailer, response.Body = m.Header, m.Trailer, m.Body
	}
	c.Salt, c.Meta.Salt, c.Meta.Tags = testSalt, saltfile.Digest(testSalt), s.tags
	return c
}

// leaf is what stands for a leaf, and the kind of hole that it is in a request.
func (s *sealer) leaf(l *place.Leaf, asked bool) (string, cassette.HoleKind) {
	if l.Layered || l.Role == place.MemberName {
		return l.Text, ""
	}
	if s.secrets[l.Name] {
		return "REDACTED", cassette.HoleSecret
	}
	if slices.Contains(s.names, l.Text) {
		p := s.name(l.Text)
		if asked {
			s.tag(p, l.Text)
		}
		return p, cassette.HoleName
	}
	if l.Role == place.Token {
		if p, ok := identity.RewriteToken(l.Text, s.faker.Fake); ok {
			return p, ""
		}
	}
	text := identity.Rewrite(l.Text, s.faker.Fake)
	if !asked && l.Role != place.MemberName {
		for _, name := range s.names {
			text = strings.ReplaceAll(text, name, s.name(name))
		}
	}
	return text, ""
}

func (s *sealer) name(value string) string {
	if p := s.given[value]; p != "" {
		return p
	}
	p := ""
	local, domain, address := strings.Cut(value, "@")
	switch extension := strings.LastIndexByte(value, '.'); {
	case address:
		p = s.faker.Name(numbered.Word, "user", len(s.given)+1, "") + "@" + s.name(domain)
		s.given["@"+local] = ""
	case strings.Contains(value, " "):
		p = s.faker.Name(numbered.Phrase, "name", len(s.given)+1, "")
	case strings.HasSuffix(value, ".com"):
		p = s.faker.Name(numbered.Domain, "tenant", len(s.given)+1, "")
	case extension > 0:
		p = s.faker.Name(numbered.File, "file", len(s.given)+1, value[extension:])
	default:
		p = s.faker.Name(numbered.Word, "value", len(s.given)+1, "")
	}
	s.given[value] = p
	return p
}

// tag chooses the first nonce by which no earlier value fits.
func (s *sealer) tag(p, value string) {
	if s.tags[p] != "" {
		return
	}
	for nonce := range 16 {
		if tag := s.faker.Tag(value, nonce); !s.bits[tag] {
			s.tags[p] = tag
			break
		}
	}
	for nonce := range 16 {
		s.bits[s.faker.Tag(value, nonce)] = true
	}
}
