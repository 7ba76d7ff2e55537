package redact

import (
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/words"
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

// treatments are what happens to values that do not become names.
var treatments = setOf("treatments")

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

// settings are values of switches, and no credentials: members of settings are called password,
// pin and the like too.
var settings = setOf("settings")
