package redact

import (
	"cmp"
	_ "embed"
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

//go:embed table.txt
var table string

// rule is an index into rules; 0 is no rule.
type rule uint8

const noRule rule = 0

// mostRules bounds the rules of the table.
const mostRules = 64

// The rules that stand in code; the table names others for fields.
var (
	secretAuth     = ruleNamed("secret.authorization")
	secretJWT      = ruleNamed("secret.jwt")
	secretKey      = ruleNamed("secret.key")
	secretLink     = ruleNamed("secret.link")
	secretJoinLink = ruleNamed("secret.join-link")
	secretLogin    = ruleNamed("secret.login")
	secretMarked   = ruleNamed("secret.marked")
	secretOpaque   = ruleNamed("secret.opaque-token")
	secretPEM      = ruleNamed("secret.pem")
	secretURLToken = ruleNamed("secret.url-token")

	identityAddress   = ruleNamed("identity.address")
	identityDomain    = ruleNamed("identity.domain")
	identityDrive     = ruleNamed("identity.drive")
	identityGUID      = ruleNamed("identity.guid")
	identityName      = ruleNamed("identity.name")
	identityOutlook   = ruleNamed("identity.outlook-id")
	identityPageToken = ruleNamed("identity.page-token")
	identityPhone     = ruleNamed("identity.phone")
	identitySID       = ruleNamed("identity.sid")
	identityThread    = ruleNamed("identity.thread")
	identityToken     = ruleNamed("identity.token")

	contentBytes    = ruleNamed("content.bytes")
	contentCells    = ruleNamed("content.cells")
	contentFileName = ruleNamed("content.file-name")
	contentIP       = ruleNamed("content.ip")
	contentText     = ruleNamed("content.text")

	unknownMember = ruleNamed("unknown.member")
	unknownText   = ruleNamed("unknown.text")

	volatile = ruleNamed("volatile") // changes with every call
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

// An ID is the stable id of a rule.
type ID string

// Password is the rule of passwords and secretText.
const Password ID = "secret.password"

// Class is that of the rule; "" for what no rule replaces.
func (id ID) Class() Class { return rules[ruleNamed(id)].class }

// A ruleRow is a rule of the table.
type ruleRow struct {
	id    ID
	class Class
}

var rules = func() []ruleRow {
	rows := make([]ruleRow, 1, mostRules)
	for section, line := range words.Lines(table) {
		if section == "rules" {
			id, _, _ := strings.Cut(line, "\t")
			class, _, _ := strings.Cut(id, ".")
			rows = append(rows, ruleRow{ID(id), Class(class)})
		}
	}
	return rows
}()

// ruleNamed is noRule for an id that no rule has.
func ruleNamed(id ID) rule {
	return rule(max(0, slices.IndexFunc(rules, func(r ruleRow) bool { return r.id == id })))
}

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

// matchedHeaders are those by which requests differ.
var matchedHeaders = setOf("matched headers")
