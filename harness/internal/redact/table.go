package redact

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

//go:embed table.txt
var table string

// An ID is the stable id of a rule, which begins with its class.
type ID string

const noRule ID = ""

// The rules that stand in code; the table names others for fields.
const (
	secretAuth     ID = "secret.authorization"
	secretJWT      ID = "secret.jwt"
	secretKey      ID = "secret.key"
	secretLink     ID = "secret.link"
	secretJoinLink ID = "secret.join-link"
	secretLogin    ID = "secret.login"
	secretMarked   ID = "secret.marked"
	secretOpaque   ID = "secret.opaque-token"
	secretPEM      ID = "secret.pem"
	secretURLToken ID = "secret.url-token"

	identityAddress   ID = "identity.address"
	identityDomain    ID = "identity.domain"
	identityDrive     ID = "identity.drive"
	identityGUID      ID = "identity.guid"
	identityName      ID = "identity.name"
	identityOutlook   ID = "identity.outlook-id"
	identityPageToken ID = "identity.page-token"
	identityPhone     ID = "identity.phone"
	identitySID       ID = "identity.sid"
	identityThread    ID = "identity.thread"
	identityToken     ID = "identity.token"

	contentBytes    ID = "content.bytes"
	contentCells    ID = "content.cells"
	contentFileName ID = "content.file-name"
	contentIP       ID = "content.ip"
	contentText     ID = "content.text"

	unknownMember ID = "unknown.member"
	unknownText   ID = "unknown.text"

	volatile ID = "volatile" // changes with every call
)

// Class is the kind of thing that a rule replaces.
type Class string

// The classes.
const (
	Secret   Class = "secret"   // gives access: cannot be switched off
	Identity Class = "identity" // says who and where
	Content  Class = "content"  // says what was written or stored
	Unknown  Class = "unknown"  // nothing says that it is harmless
)

// Password is the rule of passwords and secretText.
const Password ID = "secret.password"

// Class is that of the rule.
func (id ID) Class() Class {
	class, _, _ := strings.Cut(string(id), ".")
	return Class(class)
}

// rules are those of the table.
var rules = func() (ids []ID) {
	for section, line := range words.Lines(table) {
		if id, _, _ := strings.Cut(line, "\t"); section == "rules" {
			ids = append(ids, ID(id))
		}
	}
	return ids
}()

// A set holds texts in lower case.
type set map[string]bool

// setOf is the set of the words of a section of the table.
func setOf(section string) set {
	var all []string
	for of, line := range words.Lines(table) {
		if of == section {
			all = append(all, strings.Fields(line)...)
		}
	}
	return newSet(all)
}

func newSet(texts []string) set {
	all := make(set, len(texts))
	for _, t := range texts {
		all[strings.ToLower(t)] = true
	}
	return all
}

// has reports whether a text is in the set, whatever its letter case.
func (all set) has(text string) bool { return len(all) > 0 && all[strings.ToLower(text)] }

// allParts reports whether ok holds for every part of a text between separators.
func allParts(text, separators string, ok func(part string) bool) bool {
	for part := range strings.FieldsFuncSeq(text, func(c rune) bool { return strings.ContainsRune(separators, c) }) {
		if !ok(part) {
			return false
		}
	}
	return true
}

// volatileHeaders are the constants of headers that change with every call, by their names.
var volatileHeaders = func() map[string]string {
	constants := map[string]string{}
	for section, line := range words.Lines(table) {
		if constant, ok := strings.CutPrefix(section, "volatile "); ok {
			constant = cmp.Or(map[string]string{"date": protocol.NoDate, "id": protocol.NoID}[constant], constant)
			for name := range strings.FieldsSeq(line) {
				constants[http.CanonicalHeaderKey(name)] = constant
			}
		}
	}
	return constants
}()

// The sets of words, of which the table says what they are.
var (
	errorMembers     = setOf("error members")
	expressionWords  = setOf("expressions")
	fileTypes        = setOf("file types")
	joints           = setOf("joints")
	loginWords       = setOf("login")
	markupNames      = setOf("markup")
	matchedHeaders   = setOf("matched headers")
	namesFollow      = setOf("names follow")
	operations       = setOf("operations")
	optionNames      = setOf("options")
	resourceWords    = setOf("resource actions")
	schemes          = setOf("schemes")
	serviceIDsFollow = setOf("service ids follow")
	serviceTexts     = setOf("service texts")
	settings         = setOf("settings")
	steps            = setOf("steps")
	topDomains       = setOf("top domains")
	treatments       = setOf("treatments")
	truths           = setOf("truths")
)

// A field says how the value of a member, option, header or form field is treated by
// its name.
type field struct {
	rule      ID
	treatment string   // one of treatments; "" makes it a name
	series    string   // of the name
	within    []string // only inside one of these members (lower case), if any
	numeric   bool     // numbers are its values, too
}

// isCredential reports whether the value gives access as a whole, and is no link or token.
func (f *field) isCredential() bool {
	return f != nil && f.rule.Class() == Secret && f.treatment != "token" && f.treatment != "link"
}

// fields are found by name, whatever its letter case.
type fields map[string]*field

// fieldsOf reads the fields of a kind.
func fieldsOf(kind string) fields {
	numeric, all := setOf("numbers"), fields{}
	for section, line := range words.Lines(table) {
		head, within, _ := strings.Cut(section, " in ")
		says := strings.Fields(head)
		if says[0] != kind {
			continue
		}
		f := &field{rule: ID(says[1]), series: says[2], within: strings.Fields(within), numeric: numeric.has(says[1])}
		if treatments.has(f.series) {
			f.treatment, f.series = f.series, ""
		}
		for name := range strings.FieldsSeq(line) {
			all[name] = f
		}
	}
	return all
}

// find returns nil for a name that there is no field for.
func (fs fields) find(name, parent string) *field {
	f := fs[strings.ToLower(name)]
	if f == nil || len(f.within) == 0 || slices.ContainsFunc(f.within, func(name string) bool { return strings.EqualFold(name, parent) }) {
		return f
	}
	return nil
}

var (
	// credentialFields are the names of members, form fields, options and headers that hold what
	// gives access. No rule turns them off.
	credentialFields = fieldsOf("credential")

	// formFields are fields that are credentials only in forms, where a code is no error's code.
	formFields = fieldsOf("form")

	// memberFields are JSON members, form fields, columns and properties in filters whose values
	// say who, where or what, beside those that no list knows.
	memberFields = fieldsOf("member")
)

// secretField is what the first of some tables says of the name of a credential, nil of
// another name.
func secretField(name, parent string, tables ...fields) *field {
	for _, of := range tables {
		if f := of.find(name, parent); f != nil && f.rule.Class() == Secret {
			return f
		}
	}
	return nil
}

// IsCredential reports whether a member, option, header or form's field of a name holds what
// gives access. The parent is the member that the object with it is the value of, or "".
func IsCredential(name, parent string) bool {
	return secretField(name, parent, credentialFields, formFields, memberFields) != nil
}

// Rules are the redact part of rules.yaml. The zero Rules redact everything.
type Rules struct {
	Identity    Switch
	Content     Switch
	Unknown     Switch   // what no rule knows
	Tags        Switch   // whether tags of names are kept: see identity.Tag
	Disable     []string // ids of rules; a secret rule cannot be disabled
	Keep        []string // values that stay, compared without letter case
	KeepMembers []string // members whose values stay, and whose names are known, compared so too
	KeepHeaders []string // headers that change with every call and are recorded all the same
	KeepFresh   bool     // whether ids and instants that are new stay so where an earlier recording had others
}

// A Switch turns a class of rules on or off. The zero Switch is on.
type Switch uint8

// The positions of a switch.
const (
	On Switch = iota
	Off
)

// Validate reports rules that cannot be obeyed.
func (r Rules) Validate() error {
	for _, id := range r.Disable {
		switch id := ID(id); {
		case !slices.Contains(rules, id):
			return &fault.Error{Message: fmt.Sprintf("there is no rule %q", id), Hint: "the rules that can be disabled are " + strings.Join(disableable, ", ")}
		case id.Class() == Secret:
			return fmt.Errorf("rule %q cannot be disabled: secrets are always redacted", id)
		}
	}
	for _, v := range r.Keep {
		if len(v) < 3 {
			return fmt.Errorf("keep %q is too short to be distinguished from other text", v)
		}
		if _, by := withoutSecrets(v); by != noRule {
			return errors.New("keep: the value is a credential by its form, which is always replaced")
		}
	}
	for _, name := range r.KeepMembers {
		if secretField(name, "", credentialFields, memberFields) != nil {
			return fmt.Errorf("keep-members %q: members of that name hold what gives access, which is always replaced", name)
		}
	}
	for _, name := range r.KeepHeaders {
		if secretField(name, "", credentialFields) != nil || protocol.IsCredentialHeader(name) {
			return fmt.Errorf("keep-headers %q: headers of that name hold what gives access, which is always replaced", name)
		}
	}
	return nil
}

// disableable are the ids of rules that can be disabled.
var disableable = func() (ids []string) {
	for _, id := range rules {
		if id.Class() != Secret && id != volatile {
			ids = append(ids, string(id))
		}
	}
	return ids
}()

// Digest identifies what the rules do: equal for rules that redact alike, whatever
// order they are written in. It is 12 hexadecimal digits.
func (r Rules) Digest() string {
	sorted := func(texts []string) []string { return slices.Sorted(maps.Keys(newSet(texts))) }
	text := fmt.Sprintf("2 %t %t %t %t %q %q %q %q", r.Identity != Off, r.Content != Off, r.closed(), r.Tags != Off,
		sorted(r.Disable), sorted(r.Keep), sorted(r.KeepMembers), sorted(r.KeepHeaders))
	if r.KeepFresh {
		text += " fresh"
	}
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf("%x", sum[:6])
}

// closed reports whether what nothing knows is replaced. Where neither people nor content
// are real there is nothing to hide in it.
func (r Rules) closed() bool { return r.Unknown != Off && (r.Identity != Off || r.Content != Off) }

// disabled says which rules are not obeyed.
func (r Rules) disabled() map[ID]bool {
	off := map[ID]bool{}
	for _, id := range rules {
		class := id.Class()
		if class == Identity && r.Identity == Off || class == Content && r.Content == Off || class == Unknown && !r.closed() ||
			class != Secret && slices.Contains(r.Disable, string(id)) {
			off[id] = true
		}
	}
	return off
}
