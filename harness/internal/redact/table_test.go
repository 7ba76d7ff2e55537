package redact

import (
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// Each rule has an id of its own, which begins with its class, and says what it does; what names
// a rule names one of these.
func TestTableOfRules(t *testing.T) {
	seen := map[string]bool{}
	for section, line := range words.Lines(table) {
		id, doc, _ := strings.Cut(line, "\t")
		switch says := strings.Fields(section); {
		case section == "rules":
			class, _, _ := strings.Cut(id, ".")
			if doc == "" || seen[id] || !slices.Contains([]string{"secret", "identity", "content", "unknown", "volatile"}, class) {
				t.Errorf("rule %q", line)
			}
			seen[id] = true
		case section == "numbers":
			for id := range strings.FieldsSeq(line) {
				says = append(says, id)
			}
			fallthrough
		case says[0] == "credential", says[0] == "form", says[0] == "member":
			for _, id := range says {
				if strings.Contains(id, ".") && !seen[id] {
					t.Errorf("[%s] names no rule: %s", section, id)
				}
			}
		}
	}
	for _, r := range []ID{
		secretAuth, secretJWT, secretKey, secretLink, secretLogin, secretMarked, secretOpaque, secretPEM, secretURLToken,
		identityAddress, identityDomain, identityDrive, identityGUID, identityName, identityOutlook, identityPageToken, identityPhone,
		identitySID, identityThread, identityToken, contentBytes, contentCells, contentFileName, contentIP, contentText,
		unknownMember, unknownText, volatile,
	} {
		if !seen[string(r)] {
			t.Errorf("rule %q that code names is none of the table", r)
		}
	}
	for _, section := range []string{
		"treatments", "settings", "service texts", "error members", "matched headers", "truths", "schemes", "top domains", "file types", "joints", "steps", "names follow", "service ids follow", "operations", "login", "options", "expressions", "markup", "numbers", "resource actions",
	} {
		if len(setOf(section)) == 0 {
			t.Errorf("the table has no section %q", section)
		}
	}
}
