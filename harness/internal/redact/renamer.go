package redact

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/identity/numbered"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// A renamer says what is to stand for a text.
type renamer struct{ vocabulary }

// idsIn renames the ids in a text, and says by which rule the last of them.
func (p *renamer) idsIn(l *place.Leaf, s string) (text string, by ID) {
	text = identity.Rewrite(s, func(a identity.Atom) string {
		r := ruleOfAtom(l, a, p.outside)
		if r == noRule || !p.obeys(r) {
			return a.Text
		}
		by = r
		return p.atom(l, a)
	})
	return text, by
}

// extension rewrites the name of a directory extension: the id of its application, and what
// the tenant called it, unless that is a word.
func (p *renamer) extension(l *place.Leaf) (verdict, bool) {
	app, name, ok := identity.Extension(l.Text)
	if !ok {
		return verdict{}, false
	}
	head := identity.Rewrite(l.Text[:app], func(a identity.Atom) string { return p.atom(l, a) })
	if words.IsMember(name) || words.InText(strings.ToLower(name)) || !p.obeys(unknownMember) {
		return verdict{text: head + name, rule: identityGUID}, true
	}
	return verdict{head + p.r.ledger.name("member", name, ""), unknownMember, cassette.HoleName}, true
}

// ruleOfAtom is the rule of an id: none for one that every tenant has. What looks random in
// a link off Graph gives access.
func ruleOfAtom(l *place.Leaf, a identity.Atom, outside bool) ID {
	switch {
	case a.Kind == identity.GUID && words.IsWellKnown(a.Text):
		return noRule
	case outside && l.Role == place.Segment && l.Name == "monitor", // of an operation that anybody may ask for
		a.Kind == identity.Token && outside && (l.Role == place.Segment || l.Role == place.Option):
		return secretLink
	}
	return cmp.Or(ruleOfID[a.Kind], identityToken)
}

// ruleOfID has the kinds whose ids say what they are ids of.
var ruleOfID = [...]ID{
	identity.GUID: identityGUID, identity.Thread: identityThread, identity.Item: identityDrive, identity.Outlook: identityOutlook,
	identity.SID: identitySID, identity.ICal: identityOutlook, identity.Token: noRule,
}

// isJoint reports whether what stands between ids says nothing: punctuation, short numbers
// and words that values of ids have.
func isJoint(s string) bool {
	for _, at := range jointParts.FindAllStringIndex(s, -1) {
		part, rest := s[at[0]:at[1]], s[at[1]:]
		switch c := part[0]; {
		case c >= 0x80, ascii.IsDigit(c) && len(part) > 10:
			return false
		case ascii.IsLetter(c) && !joints.has(part) && !(rest == "_" && strings.ToUpper(part) == part): // SHFT_ID
			return false
		}
	}
	return true
}

var jointParts = regexp.MustCompile(`[A-Za-z]+|[0-9]+|[^\x00-\x7F]`)

// ruleFor says which rule replaces a text: that of its name, or one that its form or its
// role does.
func ruleFor(l *place.Leaf, f *field) (ID, string) {
	switch {
	case f != nil:
		return f.rule, f.series
	case l.Role == place.Host:
		return identityDomain, "tenant"
	case l.Role == place.MemberName, l.Role == place.ColumnName, l.Role == place.MarkupName, l.Role == place.OptionName, l.Role == place.Identifier:
		return unknownMember, "member"
	case isAddress(l.Text):
		return identityAddress, "user"
	}
	switch class, _ := classOf(l.Text); class {
	case numbered.Phone:
		return identityPhone, "phone"
	case numbered.IPv4, numbered.IPv6, numbered.MAC:
		return contentIP, "address"
	case numbered.Domain:
		return identityDomain, "tenant"
	case numbered.File:
		return contentFileName, "file"
	}
	if l.Role == place.Markup || l.Role == place.Text {
		return contentText, "text"
	}
	return unknownText, "value"
}

// named gives a text a counted pseudonym.
func (p *renamer) named(by ID, series string, l *place.Leaf) verdict {
	name := p.r.ledger.name
	if l.Role == place.Number {
		name = p.r.ledger.number
	}
	return verdict{name(cmp.Or(series, "value"), l.Text, p.suggestion(l)), by, cassette.HoleName}
}

// treated replaces a value as the rule for its name says.
func (p *renamer) treated(f *field, l *place.Leaf) verdict {
	s, is, hole := l.Text, placeholder, cassette.HoleSecret
	isNumeric := l.Role == place.Number
	switch {
	case f.treatment == "constant" && isNumeric:
		is = "0" // one zero: JSON has no number that begins with more
	case f.treatment == "constant":
		is = constantFor(s)
	case f.treatment == "scheme": // which stays: Bearer, Basic, MSAuth1.0
		if scheme, _, ok := strings.Cut(s, " "); ok && isScheme(scheme) {
			is = scheme + " " + placeholder
		}
	case f.treatment == "base64":
		is = redactedBase64
	case f.treatment == "filler":
		is, hole = base64Filler(s), cassette.HoleBytes
	case f.treatment == "ones" && (isNumeric || isNumber(s)):
		is, hole = onesFor(s), cassette.HoleName
	case f.treatment == "day" && isNumeric:
		is, hole = onesFor(s), cassette.HoleTime
	case f.treatment == "day":
		if is, hole = "2000-01-01", cassette.HoleTime; len(s) > 10 && s[10] == 'T' {
			is += "T00:00:00Z"
		}
	case f.treatment == "hash":
		return p.hash(f, l)
	default:
		return p.named(f.rule, f.series, l)
	}
	return verdict{is, f.rule, hole}
}

// token renames a text that is a token because of where it stands. A number stays, which
// says how many entries a page left behind.
func (p *renamer) token(f *field, l *place.Leaf) verdict {
	s, r := l.Text, identityPageToken
	if f != nil {
		r = f.rule
	} else if isLinkToken(l.Name) {
		r = secretURLToken
	}
	switch {
	case isPlain(s), !p.obeys(r), s == "latest":
		return verdict{}
	case r == secretURLToken && p.signIn:
		return verdict{placeholder, r, cassette.HoleSecret}
	}
	if t, ok := p.opaque(l); ok {
		return verdict{text: t, rule: r}
	}
	if r.Class() == Secret {
		return verdict{placeholder, r, cassette.HoleSecret}
	}
	return p.named(r, "token", l)
}

// opaque is the pseudonym of a text that may be one token, which is looked up as a whole; one that
// stands for a name is none.
func (p *renamer) opaque(l *place.Leaf) (string, bool) {
	fake := p.r.ledger.faker.Fake
	t, ok := identity.RewriteToken(l.Text, fake)
	if !ok || p.r.ledger.faker.IsName(l.Text) {
		return "", false
	}
	return p.fromBefore(l, tokenOf(l.Text), tokenOf(t), func(was string) (is identity.Atom) {
		if same, ok := identity.RewriteToken(was, fake); ok && same == was {
			is = tokenOf(was)
		}
		return is
	}), true
}

func tokenOf(s string) identity.Atom { return identity.Atom{Kind: identity.Token, Text: s} }

// hash is the hash of the filler that stands for a file, where its size is known.
func (p *renamer) hash(f *field, l *place.Leaf) verdict {
	file, _, _ := strings.Cut(l.Place(), "['file']")
	if size, known := p.sizes[file]; known {
		if is := fillerHash(l.Name, size); is != "" {
			return verdict{text: is, rule: f.rule}
		}
	}
	if t, ok := p.opaque(l); ok {
		return verdict{text: t, rule: f.rule}
	}
	return p.named(f.rule, "", l)
}

// boundary is what separates parts instead of a text that a client made, most by chance: an
// id where it is one, else a name, unless it is made of words.
func (p *renamer) boundary(l *place.Leaf) string {
	if identity.IsMadeOf(l.Text, isJoint) {
		is, _ := p.idsIn(l, l.Text)
		return is
	}
	if len(l.Text) <= 40 && digitsIn(l.Text) <= 3 && areWords(strings.ToLower(l.Text), ":-_.", markupNames) {
		return l.Text
	}
	return p.r.ledger.name("boundary", l.Text, p.suggestion(l))
}

// atom is the pseudonym of an id: a computed one, but for an id that is new where the
// recording before had another, whose pseudonym it gets. What a client looks up and no
// answer gave it is always computed: by that alone it is known again.
func (p *renamer) atom(l *place.Leaf, a identity.Atom) string {
	fake := identity.Atom{Kind: a.Kind, Text: p.r.ledger.faker.Fake(a)}
	return p.fromBefore(l, a, fake, func(was string) (is identity.Atom) {
		if len(l.Text) > longestFollowed {
			return is
		}
		before, now := identity.Atoms(was), identity.Atoms(l.Text)
		n := slices.IndexFunc(now, func(is identity.Atom) bool { return is.Key() == a.Key() })
		if n >= 0 && len(before) == len(now) && before[n].Kind == a.Kind && len(before[n].Text) == len(a.Text) && identity.IsFake(before[n]) {
			is = before[n]
		}
		return is
	})
}

// again is what stands for a text that nothing replaces: itself, but for a decimal id and an
// instant that are new where the recording before had others.
func (p *renamer) again(l *place.Leaf) string {
	switch {
	case p.r.previous == nil, p.r.rules.KeepFresh:
		return l.Text
	case !isCounter(l):
		return p.instant(l)
	}
	return p.fromBefore(l, tokenOf(l.Text), tokenOf(l.Text), func(was string) (is identity.Atom) {
		if len(was) == len(l.Text) && ascii.All(was, ascii.IsDigit) {
			is = tokenOf(was)
		}
		return is
	})
}

// fromBefore is the pseudonym of an id that has a computed one: that itself, where the
// recording before has it or the client looks the id up, else what choose finds there,
// unless another has it.
func (p *renamer) fromBefore(l *place.Leaf, id, computed identity.Atom, choose func(was string) identity.Atom) string {
	v := p.r.previous
	if v == nil || p.r.rules.KeepFresh {
		return computed.Text
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if called, ok := v.fresh[id.Key()]; ok {
		return called
	}
	if p.before == nil || v.ids[computed.Key()] {
		return computed.Text
	}
	called := computed.Text
	if !p.request || !l.Looked() {
		if is := choose(p.before.at(l)); is.Text != "" && !v.used[is.Key()] {
			called, v.used[is.Key()] = is.Text, true
		}
	}
	v.fresh[id.Key()] = called
	return called
}

// instant is what stands for an instant that the service, or a client in a body, made after
// the recording began: what the recording before has in its place, if it was made for that. A
// client that sends on what an answer gave sends that.
func (p *renamer) instant(l *place.Leaf) string {
	now, ok := instantOf(l.Text)
	if !ok || l.Layered {
		return l.Text
	}
	v := p.r.previous
	v.mu.Lock()
	defer v.mu.Unlock()
	if p.request && (l.Looked() || l.Role == place.Header) {
		return cmp.Or(v.dates[l.Text], l.Text)
	}
	text := p.before.at(l)
	was, ok := instantOf(text)
	if !ok || v.start.IsZero() || now.Before(v.start) || was.Before(v.since) || len(text) < len("2006-01-02T15:04Z") {
		return l.Text
	}
	v.dates[l.Text] = cmp.Or(v.dates[l.Text], text)
	return text
}
