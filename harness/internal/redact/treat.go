package redact

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// treat replaces a value as the rule for its name says.
func (p renamer) treat(f *field, l *place.Leaf) verdict {
	s := l.Text
	if !p.obeys(f.rule) {
		plain, r := withoutSecrets(s)
		return p.inner(l, plain, r)
	}
	switch f.treatment {
	case constant:
		if l.Role == place.Number {
			return verdict{blank(s), f.rule, cassette.HoleSecret}
		}
		return verdict{constantFor(s), f.rule, cassette.HoleSecret}
	case schemed:
		return verdict{withScheme(s), f.rule, cassette.HoleSecret}
	case base64ed:
		return verdict{redactedBase64, f.rule, cassette.HoleSecret}
	case bytesText:
		return verdict{base64Filler(s), f.rule, cassette.HoleBytes}
	case ones:
		return verdict{onesFor(s), f.rule, cassette.HoleName}
	case hashed:
		return p.hash(f, l)
	case day:
		return verdict{dayFor(s), f.rule, cassette.HoleTime}
	}
	return verdict{p.r.ledger.name(cmp.Or(f.series, "value"), s, p.suggestion(l)), f.rule, cassette.HoleName}
}

// dayFor is a day in the format of a date.
func dayFor(s string) string {
	if len(s) > 10 && s[10] == 'T' {
		return "2000-01-01T00:00:00Z"
	}
	return "2000-01-01"
}

// token renames a text that is a token because of where it stands. A number stays, which
// says how many entries a page left behind.
func (p renamer) token(f *field, s string, l *place.Leaf) verdict {
	r := identityPageToken
	if f != nil {
		r = f.rule
	} else if !isPaging(l.Name) {
		r = secretURLToken
	}
	switch {
	case isPlain(s), !p.obeys(r), s == redacted, s == "latest":
		return verdict{}
	case r == secretURLToken && p.signIn:
		return verdict{redacted, r, cassette.HoleSecret}
	}
	if l.Role == place.Token || f != nil {
		if t, ok := identity.RewriteToken(s, p.r.ledger.faker.Fake); ok {
			return verdict{text: p.link(l, t), rule: r}
		}
	}
	if table[r].Class == Secret {
		return verdict{redacted, r, cassette.HoleSecret}
	}
	return verdict{p.r.ledger.name("token", s, p.suggestion(l)), r, cassette.HoleName}
}

func isPaging(name string) bool {
	return name == "skiptoken" || name == "deltatoken" || name == "token"
}

// bytes replaces what a file holds by filler, and what could not be read as well.
func (p renamer) bytes(l *place.Leaf) verdict {
	if !p.obeys(contentBytes) {
		plain, r := withoutSecrets(l.Text)
		if utf8.ValidString(plain) {
			return p.inner(l, plain, r)
		}
		if by := hidden(plain); by != noRule {
			return verdict{redacted, by, cassette.HoleSecret}
		}
		return verdict{plain, r, cassette.HoleSecret}
	}
	is := filler(p.offset, len(l.Text))
	if !utf8.ValidString(l.Text) && !l.Declared { // what is no text must not become one, which is read otherwise
		is = strings.Repeat("\xff", len(l.Text))
	}
	return verdict{is, contentBytes, cassette.HoleBytes}
}

// hash is the hash of the filler that stands for a file, where its size is known.
func (p renamer) hash(f *field, l *place.Leaf) verdict {
	size := int64(-1)
	if len(p.sizes) > 0 {
		size, p.sizes = p.sizes[0], p.sizes[1:]
	}
	if is := fillerHash(l.Name, size); is != "" {
		return verdict{text: is, rule: f.rule}
	}
	if t, ok := identity.RewriteToken(l.Text, p.r.ledger.faker.Fake); ok {
		return verdict{text: p.link(l, t), rule: f.rule}
	}
	return verdict{p.r.ledger.name("value", l.Text, p.suggestion(l)), f.rule, cassette.HoleName}
}

// hashSizes lists the sizes of the files whose hashes a body of JSON shows, in their order;
// -1 for those that it tells no size of.
func hashSizes(body string) []int64 {
	if !strings.Contains(body, `Hash"`) {
		return nil
	}
	doc, err := jsondoc.Parse(body)
	if err != nil {
		return nil
	}
	sizes := map[string]int64{}
	var hashes []string
	jsondoc.Walk(doc, func(at jsondoc.Place, value any) bool {
		path := at.Path("$")
		switch name := at.Name(); {
		case strings.EqualFold(name, "size"):
			if n, err := strconv.ParseInt(fmt.Sprint(value), 10, 64); err == nil {
				sizes[strings.TrimSuffix(path, "['size']")] = n
			}
		case strings.HasSuffix(name, "Hash"):
			if _, ok := value.(string); ok && members.find(name, "") != nil {
				hashes = append(hashes, path)
			}
		}
		return true
	})
	all := make([]int64, len(hashes))
	for n, path := range hashes {
		all[n] = -1
		if base, _, ok := strings.Cut(path, "['file']"); ok {
			if size, known := sizes[base]; known {
				all[n] = size
			}
		}
	}
	return all
}
