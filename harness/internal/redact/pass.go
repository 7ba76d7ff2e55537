package redact

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// A pass is the redaction of one interaction.
type pass struct {
	r        *Redactor
	previous *earlier // the interaction that the recording before has in its place

	// of the message that is being read
	request bool
	answers map[string]string // what the recording before has at the places of this message
	message *place.Message
	left    bool // it goes to no host of Graph's
	outside bool // likewise for the link that is being read
	signIn  bool
	offset  int64    // of the body in its file
	sizes   []int64  // of files in the body, in the order of their hashes
	leaves  int      // shown so far, those with parts aside
	holes   []opened // in the order of leaves
	names   []tagged // that holes hold

	counts  [ruleCount]int
	unknown map[string]int                           // by member: values replaced only because nothing knows them
	trial   func(l *place.Leaf, r rule, text string) // is told what would be replaced, and nothing is
	stays   func(l *place.Leaf)                      // in a trial: is told what would not
	begins  func(part string)                        // in a trial: request or response
}

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
	if is, ok := p.volatile(l); ok {
		return p.put(l, verdict{text: is, rule: volatile})
	}
	if l.Layered {
		v := p.layered(l)
		if v.rule == noRule && v.text == "" {
			return "", false // its parts come next
		}
		return p.put(l, v)
	}
	return p.put(l, p.remembered(l))
}

// put notes a verdict and carries it out.
func (p *pass) put(l *place.Leaf, v verdict) (string, bool) {
	n := p.leaves
	p.leaves++
	if v.rule == noRule {
		if p.stays != nil {
			p.stays(l)
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
		if v.rule == unknownText || v.rule == unknownMember {
			p.unknown[l.Name]++
		}
	}
	if p.request && v.hole != "" && (l.Role != place.Header || counts[l.Name]) {
		p.holes = append(p.holes, opened{n, v.hole, l.Layered})
		if v.hole == cassette.HoleName && v.text != l.Text && p.r.rules.Tags != Off {
			p.names = append(p.names, tagged{v.text, p.r.ledger.tag(v.text, l.Text), l.Looked()})
		}
	}
	return v.text, true
}

// counts are the headers that tell requests apart.
var counts = map[string]bool{
	"Prefer": true, "Consistencylevel": true, "If-Match": true, "If-None-Match": true, "Content-Range": true, "Range": true, "Content-Type": true,
	"Content-Disposition": true, "Accept": true,
}

// layered judges a text that has parts, as a whole: credentials, links whose tokens are
// renamed, bodies of mails. What it says nothing of is judged part by part.
func (p *pass) layered(l *place.Leaf) verdict {
	f := p.fieldOf(l)
	p.outside = p.left
	if authority(l.Text) {
		p.outside = !graph.IsHost(hostOf(l.Text))
	}
	switch {
	case f == nil:
	case f.treatment == linked:
	case table[f.rule].Class == Secret && f.treatment != tokenised:
		return p.treat(f, l)
	case f.rule == contentText && p.r.on[contentText] && strings.HasPrefix(strings.TrimSpace(l.Text), "<"):
		return p.treat(f, l)
	}
	return verdict{}
}

// judge asks, in this order: what is kept by a rule; credentials, by name and by form;
// tokens, by place; what is harmless where it stands; ids, by form; all else is a name, or
// bytes.
func (p *pass) judge(l *place.Leaf) verdict {
	if l.Role == place.Member && strings.EqualFold(l.Parent, "headers") { // of a batch's part
		header := *l
		header.Role, header.Name, header.Parent = place.Header, http.CanonicalHeaderKey(l.Name), ""
		l = &header
	}
	s := l.Text
	f := p.fieldOf(l)
	if f != nil && table[f.rule].Class == Secret && f.treatment != tokenised && f.treatment != linked {
		return p.treat(f, l)
	}
	if l.Role == place.Bytes {
		return p.bytes(l)
	}
	plain, r := withoutSecrets(s)
	switch {
	case isOnly(s): // it was replaced before
		return verdict{s, secretLogin, cassette.HoleSecret}
	case p.request && l.Role != place.Number && p.r.ledger.faker.IsName(s): // likewise
		return verdict{p.r.ledger.name("", s, nil), unknownText, cassette.HoleName}
	case r != noRule && isOnly(plain):
		return verdict{plain, r, cassette.HoleSecret}
	}
	switch {
	case p.kept(l):
		return verdict{plain, r, cassette.HoleSecret}
	case l.Role == place.Token, f != nil && f.treatment == tokenised:
		return p.token(f, s, l)
	case f != nil && f.treatment != named:
		return p.treat(f, l)
	case r == noRule && p.harmless(l, f):
		return verdict{}
	}
	if text, by, ok := p.ids(l, s); ok {
		if by == noRule {
			return p.inner(l, plain, r)
		}
		return verdict{text: text, rule: by}
	}
	switch {
	case isPartID(l) && p.r.on[unknownText]: // a client's own word for a part of a batch, which matching goes round
		return verdict{text: p.r.ledger.name("part", s, p.suggestion(l)), rule: unknownText}
	case isIDMember(l.Name) || l.Name == "If-Match" || l.Name == "If-None-Match" || l.Name == "Etag":
		if weak, tag, quoted := quotedTag(s); quoted && p.r.on[unknownText] {
			return verdict{weak + `"` + p.r.ledger.name("tag", tag, func() string { _, tag, _ := quotedTag(p.suggestion(l)()); return tag }) + `"`, unknownText, cassette.HoleName}
		}
	}
	return p.named(l, f, plain, r)
}

// quotedTag takes an entity tag apart: W/ and what stands in quotes.
func quotedTag(s string) (weak, tag string, ok bool) {
	if rest, found := strings.CutPrefix(s, "W/"); found {
		weak, s = "W/", rest
	}
	if len(s) < 3 || s[0] != '"' || s[len(s)-1] != '"' {
		return "", "", false
	}
	return weak, s[1 : len(s)-1], true
}

func isPartID(l *place.Leaf) bool {
	return (l.Parent == "requests" || l.Parent == "responses") && (l.Name == "id" || l.Name == "dependsOn")
}

// isOnly reports whether a text is a constant of a credential and nothing else.
func isOnly(s string) bool {
	return s == redacted || s == fakeJWT || s == redactedBase64 || strings.HasSuffix(s, " "+redacted) && isScheme(strings.TrimSuffix(s, " "+redacted))
}

// fieldOf is what the name of a leaf says of it.
func (p *pass) fieldOf(l *place.Leaf) *field {
	name := l.Name
	switch l.Role {
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
func (p *pass) kept(l *place.Leaf) bool {
	if len(p.r.keep) > 0 && p.r.keep[strings.ToLower(l.Text)] {
		return true
	}
	return len(p.r.keepMembers) > 0 && p.r.keepMembers[strings.ToLower(l.Name)]
}

// treat replaces a value as the rule for its name says.
func (p *pass) treat(f *field, l *place.Leaf) verdict {
	s := l.Text
	if !p.r.on[f.rule] {
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
func (p *pass) token(f *field, s string, l *place.Leaf) verdict {
	r := identityPageToken
	if f != nil {
		r = f.rule
	} else if !isPaging(l.Name) {
		r = secretURLToken
	}
	switch {
	case isPlain(s), !p.r.on[r], s == redacted, s == "latest":
		return verdict{}
	case r == secretURLToken && p.signIn:
		return verdict{redacted, r, cassette.HoleSecret}
	}
	if l.Role == place.Token || f != nil {
		if t, ok := p.r.ledger.faker.Token(s); ok {
			return verdict{text: t, rule: r}
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
func (p *pass) bytes(l *place.Leaf) verdict {
	if !p.r.on[contentBytes] {
		plain, r := withoutSecrets(l.Text)
		if utf8.ValidString(plain) {
			return p.inner(l, plain, r)
		}
		return verdict{plain, r, cassette.HoleSecret}
	}
	is := filler(p.offset, len(l.Text))
	if !utf8.ValidString(l.Text) && !p.staysFile(l, is) { // what is no text must not become one, which is read otherwise
		is = strings.Repeat("\xff", len(l.Text))
	}
	return verdict{is, contentBytes, cassette.HoleBytes}
}

// staysFile reports whether a body is still that of a file once it is filler.
func (p *pass) staysFile(l *place.Leaf, filler string) bool {
	if p.message == nil || len(l.Text) != len(p.message.Body) {
		return false
	}
	m := *p.message
	m.Body = filler
	kind, _, _ := m.KindOf()
	return kind == place.File
}

// hash is the hash of the filler that stands for a file, where its size is known.
func (p *pass) hash(f *field, l *place.Leaf) verdict {
	size := int64(-1)
	if len(p.sizes) > 0 {
		size, p.sizes = p.sizes[0], p.sizes[1:]
	}
	if is := fillerHash(l.Name, size); is != "" {
		return verdict{text: is, rule: f.rule}
	}
	if t, ok := p.r.ledger.faker.Token(l.Text); ok {
		return verdict{text: t, rule: f.rule}
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

// ids renames the ids of a text that is made of ids, and of what joins them. ok is false
// for other texts, whatever ids stand in them.
func (p *pass) ids(l *place.Leaf, s string) (text string, by rule, ok bool) {
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
		r := p.ruleOfAtom(l, a)
		if r == noRule || !p.r.on[r] {
			return a.Text
		}
		by = r
		return p.atom(l, a)
	})
	return text, by, true
}

// ruleOfAtom is the rule of an id: none for one that every tenant has. What looks random in
// a link off Graph gives access.
func (p *pass) ruleOfAtom(l *place.Leaf, a identity.Atom) rule {
	switch {
	case a.Kind == identity.GUID && words.IsWellKnown(a.Text):
		return noRule
	case p.outside && l.Role == place.Segment && l.Name == "monitor", // of an operation that anybody may ask for
		a.Kind == identity.Token && p.outside && (l.Role == place.Segment || l.Role == place.Option):
		return secretLink
	}
	return ruleOfID[a.Kind]
}

var ruleOfID = [...]rule{
	identity.GUID: identityGUID, identity.Thread: identityThread, identity.Item: identityDrive, identity.Outlook: identityOutlook,
	identity.SID: identitySID, identity.ICal: identityOutlook, identity.Hex: identityToken, identity.Token: identityToken,
}

// joints are the words that stand beside ids in values of one.
var joints = set(`w spo urn uuid tenant c i o f t federateddirectoryclaimprovider membership rolemanager microsoft sharepoint client
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
			if !joints[strings.ToLower(s[i:j])] && !(j == len(s)-1 && s[j] == '_' && strings.ToUpper(s[i:j]) == s[i:j]) { // SHFT_ID
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
func (p *pass) named(l *place.Leaf, f *field, plain string, secret rule) verdict {
	by, series := p.ruleFor(l, f)
	if !p.r.on[by] {
		return p.inner(l, plain, secret)
	}
	if isServiceText(l) {
		return p.serviceText(l, plain)
	}
	if secret != noRule && l.Text != plain {
		by = secret
	}
	return verdict{p.r.ledger.name(series, l.Text, p.suggestion(l)), by, cassette.HoleName}
}

// ruleFor says which rule replaces a text: that of its name, or one that its form or its
// role tells.
func (p *pass) ruleFor(l *place.Leaf, f *field) (rule, string) {
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
	case identity.Phone:
		return identityPhone, "phone"
	case identity.IPv4, identity.IPv6, identity.MAC:
		return contentIP, "address"
	case identity.Domain:
		return identityDomain, "tenant"
	case identity.File:
		return contentFileName, "file"
	}
	if l.Role == place.Markup || l.Role == place.Text {
		return contentText, "text"
	}
	return unknownText, "value"
}

// inner replaces what a text shows by its form alone, where the rule that would replace the
// whole is off: credentials, ids, addresses.
func (p *pass) inner(l *place.Leaf, plain string, secret rule) verdict {
	by, text := secret, plain
	note := func(r rule, is string) {
		if is != text {
			by, text = r, is
		}
	}
	note(identityGUID, identity.Rewrite(text, func(a identity.Atom) string {
		if r := p.ruleOfAtom(l, a); r == noRule || !p.r.on[r] {
			return a.Text
		}
		return p.atom(l, a)
	}))
	if p.r.on[identityAddress] {
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
