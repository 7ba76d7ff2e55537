package redact

import (
	"cmp"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// A judge says what is to be done with a text.
type judge struct{ renamer }

// volatile is what stands for a text that changes with every call: a constant, or itself
// where the rules keep it. Without a salt, as where documentation is read, only the constant
// itself is one.
func (p *judge) volatile(l *place.Leaf) (string, bool) {
	is, ok := "", false
	switch {
	case l.Role == place.Header:
		is, ok = volatileHeaders[l.Name]
	case l.Role == place.Boundary && !l.Layered:
		is, ok = p.boundary(l), true
	case l.Role == place.Member && len(l.Parent) == len("innerError") && strings.EqualFold(l.Parent, "innerError"):
		if is, ok = volatileHeaders[http.CanonicalHeaderKey(l.Name)]; l.Name == "date" {
			is = "2026-01-01T00:00:00"
		}
	}
	if ok && p.r.keep.headers.has(l.Name) {
		return l.Text, true
	}
	return is, ok && (len(p.r.options.Salt) > 0 || is == l.Text)
}

// marked is the verdict on a value that the caller's rule marks, whatever is switched off.
// What stands for a value is no value any more, so that what was redacted stays as it is.
func (p *judge) marked(l *place.Leaf) (v verdict, is bool) {
	if p.r.options.Mark == nil || l.IsName() || l.Role == place.Bytes || l.Text == "" || isPlaceholder(l.Text) || p.r.ledger.faker.IsName(l.Text) {
		return verdict{}, false
	}
	f := marks[p.r.options.Mark(l.Name, l.Parent, l.Text)]
	switch {
	case f == nil:
		return verdict{}, false
	case l.Role == place.Number:
		return p.renamer.named(f.rule, f.series, l), true
	}
	return p.treated(f, l), true
}

// marks are how values are treated that a caller marks, by the class that it says.
var marks = map[Class]*field{
	Secret: {rule: secretMarked, treatment: "scheme"}, Identity: {rule: identityName, series: "name"}, Content: {rule: contentText, series: "text"},
}

// layered judges a text that has parts, as a whole: credentials, links whose tokens are
// renamed, bodies of mails. What it says nothing of is judged part by part.
func (p *judge) layered(l *place.Leaf) verdict {
	f := p.fieldOf(l)
	if v, marked := p.marked(l); marked {
		return v
	}
	p.outside = p.left
	if strings.Contains(l.Text[:min(len(l.Text), 20)], "://") {
		p.outside = !graph.IsHost(hostOf(l.Text))
	}
	if f.isCredential() || f != nil && f.rule == contentText && p.obeys(contentText) && l.Markup {
		return p.treat(f, l)
	}
	return verdict{}
}

// verdict asks what the package's comment lists, in that order.
func (p *judge) verdict(l *place.Leaf) verdict {
	if l.Layered {
		return p.layered(l)
	}
	if l.Role == place.Member && strings.EqualFold(l.Parent, "headers") { // of a batch's part
		header := *l
		header.Role, header.Name, header.Parent = place.Header, http.CanonicalHeaderKey(l.Name), ""
		l = &header
	}
	s := l.Text
	f := p.fieldOf(l)
	if f.isCredential() {
		return p.treat(f, l)
	}
	if v, marked := p.marked(l); marked {
		return v
	}
	if l.Role == place.Bytes {
		return p.bytes(l)
	}
	plain, r := withoutSecrets(s)
	switch {
	case isPlaceholder(s): // it was replaced before
		return verdict{s, secretLogin, cassette.HoleSecret}
	case (p.request || isNamed(l, f)) && p.r.ledger.faker.IsName(s): // and so was this
		p.r.ledger.reserve(s)
		if isPartID(l) {
			return verdict{text: s, rule: unknownText}
		}
		return verdict{s, unknownText, cassette.HoleName}
	case r != noRule && isPlaceholder(plain):
		return verdict{plain, r, cassette.HoleSecret}
	}
	switch {
	case p.r.keep.values.has(s), p.r.keep.members.has(l.Name), p.r.keep.members.has(l.Outer):
		return shown(plain, r)
	case l.Role == place.Token, f != nil && f.treatment == "token":
		return p.token(f, l)
	case f != nil && f.treatment != "":
		return p.treat(f, l)
	case r == noRule && p.harmless(l, f):
		return verdict{}
	}
	if v, ok := p.composed(l); ok {
		return v
	}
	if !identity.IsMadeOf(s, isJoint) {
		return p.named(l, f, r)
	}
	if text, by := p.idsIn(l, s); by != noRule {
		return verdict{text: text, rule: by}
	}
	return p.byForm(l)
}

// composed rewrites a text that is put together from a name and more: the name of a member that has
// parts, as an address has, that of a directory extension, the id of an extended property.
func (p *judge) composed(l *place.Leaf) (verdict, bool) {
	if l.Role == place.MemberName {
		if is, ok := p.parts(l, place.Leaf{Role: place.MemberName, Text: l.Text}); ok {
			return verdict{is, unknownMember, cassette.HoleName}, true
		}
	}
	if v, ok := p.extension(l); ok {
		return v, true
	}
	return p.property(l)
}

// property rewrites the id of an extended property: the GUID of its set, and what somebody called it.
func (p *judge) property(l *place.Leaf) (verdict, bool) {
	if l.Name != "id" || !p.obeys(unknownText) {
		return verdict{}, false
	}
	at := extendedProperty.FindStringSubmatchIndex(l.Text)
	if at == nil {
		return verdict{}, false
	}
	part := func(start, end int) string {
		return p.rewritten(l, place.Leaf{Role: place.Member, Text: l.Text[start:end]})
	}
	text := l.Text[:at[2]] + part(at[2], at[3])
	if at[4] >= 0 {
		return verdict{text + l.Text[at[3]:at[4]] + part(at[4], at[5]), unknownText, cassette.HoleName}, true
	}
	return verdict{text: text + l.Text[at[3]:], rule: identityGUID}, true
}

// isNamed reports whether a pseudonym, were it the text, would stand for a name there and for
// nothing else: one of digits may be an id.
func isNamed(l *place.Leaf, f *field) bool {
	return l.Role == place.Member && (f == nil || f.treatment == "") && l.Text != "" && ascii.IsLetter(l.Text[0])
}

// treat replaces a value as the rule for its name says, if that is obeyed.
func (p *judge) treat(f *field, l *place.Leaf) verdict {
	if !p.obeys(f.rule) {
		return p.byForm(l)
	}
	return p.treated(f, l)
}

// bytes replaces what a file holds by filler, and what could not be read as well.
func (p *judge) bytes(l *place.Leaf) verdict {
	if p.obeys(contentBytes) {
		return verdict{fillerFor(l, p.offset), contentBytes, cassette.HoleBytes}
	}
	plain, r := withoutSecrets(l.Text)
	if utf8.ValidString(plain) {
		return p.byForm(l)
	}
	return shown(plain, r)
}

// shown is the verdict on a text that stays, but for the credentials in it: this is the text
// without those that it shows, and the rule of them.
func shown(plain string, by ID) verdict {
	if r := hidden(plain, deepest); r != noRule {
		return verdict{placeholder, r, cassette.HoleSecret}
	}
	return verdict{plain, by, cassette.HoleSecret}
}

// named gives a text that nothing says is harmless a counted pseudonym; secret is the rule of the
// credentials in it.
func (p *judge) named(l *place.Leaf, f *field, secret ID) verdict {
	if isPartID(l) && p.obeys(unknownText) { // a client's own word for a part of a batch, which matching goes round
		return verdict{text: p.r.ledger.name("part", l.Text, p.suggestion(l)), rule: unknownText}
	}
	by, series := ruleFor(l, f)
	if !p.obeys(by) {
		return p.byForm(l)
	}
	if l.Role == place.Member && serviceTexts.has(l.Name) && (l.Parent == "" || errorMembers.has(l.Parent)) { // the message of an error
		return p.serviceText(l)
	}
	if secret != noRule && l.Role != place.Number {
		by = secret
	}
	return p.renamer.named(by, series, l)
}

// byForm replaces what a text shows by its form alone, where the rule that would replace the
// whole is off: credentials, ids, addresses.
func (p *judge) byForm(l *place.Leaf) verdict {
	text, by := withoutSecrets(l.Text)
	if r := hidden(text, deepest); r != noRule {
		return verdict{placeholder, r, cassette.HoleSecret}
	}
	note := func(r ID, is string) {
		if is != text {
			by, text = r, is
		}
	}
	note(secretURLToken, eachWebAddress(text, func(address string) string { return p.withoutTokens(l, address) }))
	ids, of := p.idsIn(l, text)
	note(of, ids)
	if p.obeys(identityAddress) {
		note(identityAddress, eachAddress(text, func(s string) string { return p.r.ledger.name("user", s, "") }))
	}
	if by == noRule && strings.Contains(text, placeholder) { // which stood for a credential before
		by = secretLogin
	}
	return verdict{text, by, cassette.HoleName}
}

// rewritten is what is to stand for a text that stands in no message; within is the leaf that
// it is a part of, or nil.
func (p *judge) rewritten(within *place.Leaf, l place.Leaf) string {
	return within.RewriteText(l, p.leaf)
}

// leaf judges a leaf of such a text.
func (p *judge) leaf(l *place.Leaf) (string, bool) {
	v := p.verdict(l)
	return v.text, v.rule != noRule
}

// withoutTokens is an address within a text without the options that give access.
func (p *judge) withoutTokens(within *place.Leaf, address string) string {
	if address == within.Text && within.Role != place.Bytes { // which is read already
		return address
	}
	return within.RewriteText(place.Leaf{Role: place.Text, Text: address}, func(l *place.Leaf) (string, bool) {
		f := p.fieldOf(l)
		if l.Layered || !(l.Role == place.Token && isLinkToken(l.Name)) && (f == nil || f.rule.Class() != Secret) {
			return "", false
		}
		return p.leaf(l)
	})
}

// parts rewrites the parts of a text that has some, as an address has.
func (p *judge) parts(within *place.Leaf, s place.Leaf) (text string, has bool) {
	text = within.RewriteText(s, func(l *place.Leaf) (string, bool) {
		if has = has || l.Layered; !has {
			return "", false
		}
		return p.leaf(l)
	})
	return text, has
}

// serviceText replaces the names in a text that the service wrote. One that would be read
// otherwise then, because of the quotes in it, is one name.
func (p *judge) serviceText(l *place.Leaf) verdict {
	if p.r.ledger.faker.IsName(l.Text) { // of several words, and of one text
		return verdict{}
	}
	by := noRule // what a name is replaced by counts before what an id is
	name := func(part string) string {
		return l.RewriteText(place.Leaf{Role: place.Member, Text: part}, func(l *place.Leaf) (string, bool) {
			v := p.verdict(l)
			if v.rule != noRule && by != unknownText {
				by = v.rule
			}
			return v.text, v.rule != noRule
		})
	}
	is := eachNameIn(l.Text, name)
	if is == l.Text {
		return verdict{}
	}
	v := verdict{is, cmp.Or(by, unknownText), cassette.HoleName}
	if eachNameIn(is, name) != is {
		v.text, v.rule = name(l.Text), unknownText
	}
	return v
}
