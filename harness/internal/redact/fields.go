package redact

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// A treatment is what happens to a value that a rule names.
type treatment uint8

const (
	asName     treatment = iota // a counted pseudonym
	asConstant                  // REDACTED, in the value's format
	asScheme                    // as asConstant, but for a scheme before a space
	asBase64                    // REDACTED in base64
	asLink                      // a link whose tokens are all renamed
	asToken                     // a pseudonym token of the same shape
	asFiller                    // filler in base64
	asOnes                      // a number of the same length
	asHash                      // the hash of the filler
	asDay                       // a date
)

// treatments are named so in the table. What is none of them is the series of a name.
var treatments = map[string]treatment{
	"constant": asConstant, "scheme": asScheme, "base64": asBase64, "link": asLink, "token": asToken, "filler": asFiller, "ones": asOnes,
	"hash": asHash, "day": asDay,
}

// A field says how the value of a member, option, header or form field is treated by
// its name.
type field struct {
	rule
	treatment
	series  string   // of asName
	within  []string // only inside one of these members (lower case), if any
	numeric bool     // numbers are its values, too
}

// isCredential reports whether the value gives access as a whole, and is no link or token.
func (f *field) isCredential() bool {
	return f != nil && rules[f.rule].class == Secret && f.treatment != asToken && f.treatment != asLink
}

// fields are found by name, whatever its letter case.
type fields struct {
	byName map[string]*field
	may    [256]uint64 // by first letter, the lengths of names
}

// fieldsOf reads the fields of a kind.
func fieldsOf(kind string) *fields {
	fs := &fields{byName: map[string]*field{}}
	for section, line := range words.Lines(table) {
		head, within, _ := strings.Cut(section, " in ")
		says := strings.Fields(head)
		if says[0] != kind {
			continue
		}
		f := &field{rule: ruleNamed(ID(says[1])), treatment: treatments[says[2]], within: strings.Fields(within), numeric: numericRules.has(says[1])}
		if f.treatment == asName {
			f.series = says[2]
		}
		for name := range strings.FieldsSeq(line) {
			fs.byName[name] = f
			fs.may[name[0]] |= 1 << min(len(name), 63)
		}
	}
	return fs
}

// numericRules are the rules of values that are numbers as often as texts.
var numericRules = setOf("numbers")

// find returns nil for a name that there is no field for.
func (fs *fields) find(name, parent string) *field {
	if name == "" || len(name) > 63 || fs.may[ascii.Lower(name[0])]&(1<<len(name)) == 0 {
		return nil
	}
	var room [64]byte
	f := fs.byName[string(lowered(name, &room))]
	if f == nil || len(f.within) == 0 {
		return f
	}
	for _, p := range f.within {
		if len(p) == len(parent) && strings.EqualFold(p, parent) {
			return f
		}
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
func secretField(name, parent string, tables ...*fields) *field {
	for _, of := range tables {
		if f := of.find(name, parent); f != nil && rules[f.rule].class == Secret {
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

// isSetting distinguishes a switch from a credential: members of settings are called
// password, pin and the like too.
func isSetting(s string) bool {
	switch s {
	case "true", "false", "enabled", "disabled", "notConfigured", "required", "optional", "none", "null":
		return true
	}
	return false
}
