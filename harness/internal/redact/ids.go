package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/identity/numbered"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// ids renames the ids of a text that is made of ids, and of what joins them. ok is false
// for other texts, whatever ids stand in them.
func (p renamer) ids(l *place.Leaf, s string) (text string, by rule, ok bool) {
	spans := identity.Find(s)
	if len(spans) == 0 {
		return "", noRule, false
	}
	at := 0
	for _, span := range spans {
		if !isJoint(s[at:span.Start]) {
			return "", noRule, false
		}
		at = span.End
	}
	if !isJoint(s[at:]) {
		return "", noRule, false
	}
	text = identity.Rewrite(s, func(a identity.Atom) string {
		r := ruleOfAtom(l, a, p.outside)
		if r == noRule || !p.obeys(r) {
			return a.Text
		}
		by = r
		return p.atom(l, a)
	})
	return text, by, true
}

// extension rewrites the name of a directory extension: the id of its application, and what
// the tenant called it, unless that is a word.
func (p renamer) extension(l *place.Leaf, s string) (verdict, bool) {
	app, name, ok := identity.Extension(s)
	if !ok {
		return verdict{}, false
	}
	head := identity.Rewrite(s[:app], func(a identity.Atom) string { return p.atom(l, a) })
	if words.IsMember(name) || words.InText(strings.ToLower(name)) || !p.obeys(unknownMember) {
		return verdict{text: head + name, rule: identityGUID}, true
	}
	return verdict{head + p.r.ledger.name("member", name, nil), unknownMember, cassette.HoleName}, true
}

// ruleOfAtom is the rule of an id: none for one that every tenant has. What looks random in
// a link off Graph gives access.
func ruleOfAtom(l *place.Leaf, a identity.Atom, outside bool) rule {
	switch {
	case a.Kind == identity.GUID && words.IsWellKnown(a.Text):
		return noRule
	case outside && l.Role == place.Segment && l.Name == "monitor", // of an operation that anybody may ask for
		a.Kind == identity.Token && outside && (l.Role == place.Segment || l.Role == place.Option):
		return secretLink
	}
	return ruleOfID[a.Kind]
}

var ruleOfID = [...]rule{
	identity.GUID: identityGUID, identity.Thread: identityThread, identity.Item: identityDrive, identity.Outlook: identityOutlook,
	identity.SID: identitySID, identity.ICal: identityOutlook, identity.Hex: identityToken, identity.Token: identityToken,
}

// joints are the words that stand beside ids in values of one.
var joints = setOf(`w spo urn uuid tenant c i o f t federateddirectoryclaimprovider membership rolemanager microsoft sharepoint client
	api guid id directory x user aad msteams orgid teamsvisitor acs sts windows net https http unq gbl spaces thread v tacv skype meeting
	federatedidentitycredentials app oid serviceprincipal azuread aggregate b s a site web list`)

// isJoint reports whether what stands between ids says nothing: punctuation, short numbers
// and words that values of ids have.
func isJoint(s string) bool {
	for i := 0; i < len(s); {
		j := i
		switch c := s[i]; {
		case c >= 0x80:
			return false
		case isDigit(c):
			for j < len(s) && isDigit(s[j]) {
				j++
			}
			if j-i > 10 {
				return false
			}
			i = j
		case isLetter(c):
			for j < len(s) && isLetter(s[j]) {
				j++
			}
			if !joints.has(s[i:j]) && !(j == len(s)-1 && s[j] == '_' && strings.ToUpper(s[i:j]) == s[i:j]) { // SHFT_ID
				return false
			}
			i = j
		default:
			i++
		}
	}
	return true
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// named gives a text that nothing says is harmless a counted pseudonym.
func (p renamer) named(l *place.Leaf, f *field, plain string, secret rule) verdict {
	by, series := p.ruleFor(l, f)
	if !p.obeys(by) {
		return p.inner(l, plain, secret)
	}
	if isServiceText(l) {
		return p.judge().serviceText(l)
	}
	if secret != noRule && l.Text != plain {
		by = secret
	}
	return verdict{p.r.ledger.name(series, l.Text, p.suggestion(l)), by, cassette.HoleName}
}

// ruleFor says which rule replaces a text: that of its name, or one that its form or its
// role tells.
func (p renamer) ruleFor(l *place.Leaf, f *field) (rule, string) {
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

// inner replaces what a text shows by its form alone, where the rule that would replace the
// whole is off: credentials, ids, addresses.
func (p renamer) inner(l *place.Leaf, plain string, secret rule) verdict {
	if r := hidden(plain); r != noRule {
		return verdict{redacted, r, cassette.HoleSecret}
	}
	by, text := secret, plain
	note := func(r rule, is string) {
		if is != text {
			by, text = r, is
		}
	}
	note(secretURLToken, eachWebAddress(text, func(address string) string { return p.judge().withoutTokens(l, address) }))
	note(identityGUID, identity.Rewrite(text, func(a identity.Atom) string {
		if r := ruleOfAtom(l, a, p.outside); r == noRule || !p.obeys(r) {
			return a.Text
		}
		return p.atom(l, a)
	}))
	if p.obeys(identityAddress) {
		note(identityAddress, eachAddress(text, func(s string) string { return p.r.ledger.name("user", s, func() string { return "" }) }))
	}
	if by == noRule {
		return verdict{}
	}
	return verdict{text, by, cassette.HoleName}
}

// eachAddress replaces the addresses within a text.
func eachAddress(s string, f func(string) string) string {
	var b strings.Builder
	at := 0
	for i := strings.IndexByte(s, '@'); i >= 0; {
		start, end := i, i+1
		for start > at && isLocalByte(s[start-1]) && strings.IndexByte("/=?&|{}*!", s[start-1]) < 0 {
			start--
		}
		for start < i && strings.IndexByte("'`^~.-%+", s[start]) >= 0 { // what stands before an address in a text
			start++
		}
		for end < len(s) && (isDigit(s[end]) || isLetter(s[end]) || s[end] == '-' || s[end] == '.') {
			end++
		}
		for end > i+1 && s[end-1] == '.' {
			end--
		}
		if isAddress(s[start:end]) {
			b.WriteString(s[at:start])
			b.WriteString(f(s[start:end]))
			at = end
		}
		next := strings.IndexByte(s[end:], '@')
		if next < 0 {
			break
		}
		i = end + next
	}
	if at == 0 {
		return s
	}
	b.WriteString(s[at:])
	return b.String()
}
