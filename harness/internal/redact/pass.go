package redact

import (
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// A pass is the redaction of one interaction: it asks of every text what is to stand there,
// and notes it.
type pass struct {
	scene
	leaves int      // shown so far, those with parts aside
	holes  []opened // in the order of leaves
	names  []tagged // that holes hold

	near    *near
	last    *known // of near
	counts  [ruleCount]int
	unknown map[string]int                           // by member: values replaced only because nothing knows them
	trial   func(l *place.Leaf, r rule, text string) // is told what would be replaced, and nothing is
	stays   func(l *place.Leaf)                      // in a trial: is told what would not
	begins  func(part string)                        // in a trial: request or response
}

// A scene is what is known of the message that is being read.
type scene struct {
	r        *Redactor
	previous *earlier // the interaction that the recording before has in its place
	before   *before  // this message there
	request  bool
	left     bool // it goes to no host of Graph's
	outside  bool // likewise for the link that is being read
	signIn   bool
	sealed   bool    // what it holds is none of Graph's, and every rule is obeyed
	offset   int64   // of the body in its file
	sizes    []int64 // of files in the body, in the order of their hashes
}

// obeys reports whether a rule is obeyed here: rules.yaml speaks of what Graph holds.
func (p *scene) obeys(r rule) bool { return p.r.on[r] || p.sealed && r != noRule }

// A judge says what is to be done with a text; what it needs to know of words, a vocabulary
// says, and what is to stand for the text, a renamer.
type (
	judge      struct{ *scene }
	vocabulary struct{ *scene }
	renamer    struct{ *scene }
)

func (p *scene) judge() judge           { return judge{p} }
func (p *scene) vocabulary() vocabulary { return vocabulary{p} }
func (p *scene) renamer() renamer       { return renamer{p} }

// An opened hole is a leaf of a request, by its number, that was replaced.
type opened struct {
	leaf  int
	kind  cassette.HoleKind
	whole bool // it has parts, and was replaced as a whole
}

// A verdict is what redaction says of a leaf.
type verdict struct {
	text string // what is to stand there
	rule rule   // by which it is replaced, noRule where it stays
	hole cassette.HoleKind
}

// leaf says what is to stand in a leaf's place.
func (p *pass) leaf(l *place.Leaf) (string, bool) {
	if is, ok := p.judge().volatile(l); ok {
		return p.put(l, verdict{text: is, rule: volatile})
	}
	if l.Role == place.MemberName && !l.Layered && p.isMemberName(l.Text, l.Parent) {
		return p.put(l, verdict{})
	}
	if l.Layered {
		v := p.judge().layered(l)
		if v.rule == noRule && v.text == "" {
			return "", false // its parts come next
		}
		return p.put(l, v)
	}
	return p.put(l, p.r.verdicts.on(p, l))
}

// put notes a verdict and carries it out.
func (p *pass) put(l *place.Leaf, v verdict) (string, bool) {
	n := p.leaves
	p.leaves++
	if v.rule == noRule {
		if p.stays != nil {
			p.stays(l)
		}
		if p.r.previous != nil && p.trial == nil {
			if isCounter(l) {
				return p.renamer().counter(l), true
			}
			if is, ok := p.renamer().instant(l); ok {
				return is, true
			}
		}
		return l.Text, true
	}
	if p.trial != nil {
		if v.text != l.Text {
			p.trial(l, v.rule, v.text)
		}
		return l.Text, true
	}
	if v.text != l.Text {
		p.counts[v.rule]++
		p.before.rename(l, v.text)
		if v.rule == unknownText || v.rule == unknownMember {
			if p.unknown == nil {
				p.unknown = map[string]int{}
			}
			p.unknown[p.memberOf(l)]++
		}
	}
	if p.request && v.hole != "" && (l.Role != place.Header || counts[l.Name]) {
		p.holes = append(p.holes, opened{n, v.hole, l.Layered})
		if v.hole == cassette.HoleName && v.text != l.Text && p.r.rules.Tags != Off {
			p.names = append(p.names, tagged{v.text, p.r.ledger.tag(v.text, l.Text), l.Looked() || l.IsName()})
		}
	}
	return v.text, true
}

// memberOf is the member at which a value stands, where its name is the service's.
func (p *pass) memberOf(l *place.Leaf) string {
	if (l.Role == place.Member || l.Role == place.Literal) && p.isMemberName(l.Name, l.Parent) {
		return l.Name
	}
	return ""
}

// counts are the headers that tell requests apart.
var counts = map[string]bool{
	"Prefer": true, "Consistencylevel": true, "If-Match": true, "If-None-Match": true, "Content-Range": true, "Range": true, "Content-Type": true,
	"Accept": true,
}

// layered judges a text that has parts, as a whole: credentials, links whose tokens are
// renamed, bodies of mails. What it says nothing of is judged part by part.
func (p judge) layered(l *place.Leaf) verdict {
	f := p.vocabulary().fieldOf(l, nil)
	if v, marked := p.marked(l); marked {
		return v
	}
	p.outside = p.left
	if authority(l.Text) {
		p.outside = !graph.IsHost(hostOf(l.Text))
	}
	switch {
	case f == nil:
	case f.treatment == linked:
	case table[f.rule].Class == Secret && f.treatment != tokenised:
		return p.renamer().treat(f, l)
	case f.rule == contentText && p.obeys(contentText) && l.Markup:
		return p.renamer().treat(f, l)
	}
	return verdict{}
}

// of asks, in this order: what is kept by a rule; credentials, by name and by form;
// tokens, by place; what is harmless where it stands; ids, by form; all else is a name, or
// bytes.
// At is the spot of a member's value, nil where nobody has looked at it yet.
func (p judge) of(l *place.Leaf, at *spot) verdict {
	if l.Role == place.Member && strings.EqualFold(l.Parent, "headers") { // of a batch's part
		header := *l
		header.Role, header.Name, header.Parent = place.Header, http.CanonicalHeaderKey(l.Name), ""
		l = &header
	}
	if at == nil && l.Role == place.Member {
		at = p.vocabulary().spot(l.Name, l.Parent)
	}
	s := l.Text
	f := p.vocabulary().fieldOf(l, at)
	if f != nil && table[f.rule].Class == Secret && f.treatment != tokenised && f.treatment != linked {
		return p.renamer().treat(f, l)
	}
	if v, marked := p.marked(l); marked {
		return v
	}
	if l.Role == place.Bytes {
		return p.renamer().bytes(l)
	}
	plain, r := withoutSecrets(s)
	switch {
	case isOnly(s): // it was replaced before
		return verdict{s, secretLogin, cassette.HoleSecret}
	case (p.request && l.Role != place.Number || isNamed(l, f)) && p.r.ledger.faker.IsName(s): // likewise
		p.r.ledger.take(s)
		return verdict{s, unknownText, cassette.HoleName}
	case r != noRule && isOnly(plain):
		return verdict{plain, r, cassette.HoleSecret}
	}
	switch {
	case p.vocabulary().kept(l):
		if by := hidden(plain); by != noRule {
			return verdict{redacted, by, cassette.HoleSecret}
		}
		return verdict{plain, r, cassette.HoleSecret}
	case l.Role == place.Token, f != nil && f.treatment == tokenised:
		return p.renamer().token(f, s, l)
	case f != nil && f.treatment != named:
		return p.renamer().treat(f, l)
	case r == noRule && p.vocabulary().harmless(l, f, at):
		return verdict{}
	}
	if l.Role == place.MemberName {
		if is, ok := p.parts(l); ok {
			return verdict{is, unknownMember, cassette.HoleName}
		}
	}
	if v, ok := p.renamer().extension(l, s); ok {
		return v
	}
	if text, by, ok := p.renamer().ids(l, s); ok {
		if by == noRule {
			return p.renamer().inner(l, plain, r)
		}
		return verdict{text: text, rule: by}
	}
	if isPartID(l) && p.obeys(unknownText) { // a client's own word for a part of a batch, which matching goes round
		return verdict{text: p.r.ledger.name("part", s, p.suggestion(l)), rule: unknownText}
	}
	return p.renamer().named(l, f, plain, r)
}

// isNamed reports whether a pseudonym, were it the text, would stand for a name there and for
// nothing else: one of digits may be an id.
func isNamed(l *place.Leaf, f *field) bool {
	return l.Role == place.Member && (f == nil || f.treatment == named) && l.Text != "" && isLetter(l.Text[0])
}

// alone rewrites a text that stands in no message; within is nil, or the leaf of which it is a
// part.
func (p judge) alone(within *place.Leaf, l place.Leaf) string {
	return within.RewriteText(l, p.aside)
}

// aside judges a leaf of such a text.
func (p judge) aside(l *place.Leaf) (string, bool) {
	v := verdict{}
	if l.Layered {
		v = p.layered(l)
	} else {
		v = p.of(l, nil)
	}
	return v.text, v.rule != noRule
}

// withoutTokens is an address within a text without the options that give access.
func (p judge) withoutTokens(within *place.Leaf, address string) string {
	if address == within.Text {
		return address
	}
	return within.RewriteText(place.Leaf{Role: place.Text, Text: address}, func(l *place.Leaf) (string, bool) {
		f := p.vocabulary().fieldOf(l, nil)
		if l.Layered || !(l.Role == place.Token && isLinkToken(l.Name)) && (f == nil || table[f.rule].Class != Secret) {
			return "", false
		}
		return p.aside(l)
	})
}

// parts rewrites the name of a member that has parts, as an address has.
func (p judge) parts(name *place.Leaf) (text string, has bool) {
	text = name.RewriteText(place.Leaf{Role: place.Text, Text: name.Text}, func(l *place.Leaf) (string, bool) {
		if has = has || l.Layered; !has {
			return "", false
		}
		return p.aside(l)
	})
	return text, has
}

func isPartID(l *place.Leaf) bool {
	return (l.Parent == "requests" || l.Parent == "responses") && (l.Name == "id" || l.Name == "dependsOn")
}

// isOnly reports whether a text is made of constants of credentials and nothing else.
func isOnly(s string) bool {
	switch {
	case s == redacted, s == fakeJWT, s == redactedBase64:
		return true
	case !strings.Contains(s, redacted) && !strings.Contains(s, fakeJWT):
		return false
	}
	for word := range strings.FieldsFuncSeq(s, func(c rune) bool { return strings.ContainsRune(" ,;|\t\r\n", c) }) {
		if word != redacted && word != fakeJWT && !isScheme(word) {
			return false
		}
	}
	return true
}

// A spot is where values of JSON stand, with what that alone says of them.
type spot struct {
	name, parent  string
	secret, field *field // what credentials and members say of the name
	isKnown       bool   // the name is one of the service's
	values        words.Values
}

func (p vocabulary) spot(name, parent string) *spot {
	return &spot{
		name: name, parent: parent, secret: credentials.find(name, parent), field: members.find(name, parent),
		isKnown: p.isMemberName(name, parent), values: words.At(name, parent),
	}
}

// fieldOf is what the name of a leaf says of it.
func (p vocabulary) fieldOf(l *place.Leaf, at *spot) *field {
	name := l.Name
	switch l.Role {
	case place.Member:
		if at == nil {
			break
		}
		if at.secret != nil && !isSetting(l.Text) {
			return at.secret
		}
		return at.field
	case place.MemberName, place.OptionName, place.ColumnName, place.MarkupName, place.Identifier, place.Host, place.Segment:
		return nil
	case place.FileName:
		return &fileName
	case place.Number:
		if f := members.find(name, l.Parent); f != nil && (f.treatment == ones || f.rule == contentCells) {
			return f
		}
		return credentials.find(name, l.Parent)
	case place.Field:
		if f := forms.find(name, l.Parent); f != nil {
			return f
		}
	case place.Cell:
		name = strings.ReplaceAll(name, " ", "")
	}
	if f := credentials.find(name, l.Parent); f != nil && !isSetting(l.Text) {
		return f
	}
	return members.find(name, l.Parent)
}

// isSetting tells a switch from a credential: members of settings are called
// password, pin and the like too.
func isSetting(s string) bool {
	switch s {
	case "true", "false", "enabled", "disabled", "notConfigured", "required", "optional", "none", "null":
		return true
	}
	return false
}

// kept reports whether a rule keeps a value.
func (p vocabulary) kept(l *place.Leaf) bool {
	return p.r.keep.has(l.Text) || p.r.keepMembers.has(l.Name) || p.r.keepMembers.has(l.Outer)
}

func authority(s string) bool { return strings.Contains(s[:min(len(s), 20)], "://") }

func hostOf(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	return host
}
