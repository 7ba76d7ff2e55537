package words

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
)

// Harmless reports whether the text, as the whole value of a member, is a word of the service:
// one that metadata or documentation lists for the member, several of them with commas between,
// or one of the form that the member's values have. Parent is the member that the object with
// the member in it is the value of, or in the array of; "" for none. A string in an array is a
// value of the array's member. The empty text is harmless, and "true" and "false" at a known
// member; everything else at an unknown member is not.
func Harmless(member, parent, text string) bool { return At(member, parent).Harmless(text) }

// Harmless is the function of that name for one member.
func (m Values) Harmless(text string) bool {
	if strings.TrimSpace(text) == "" {
		return true
	}
	if !m.known || len(text) > 16*longest {
		return false
	}
	if isTruth(text) || m.lists(text) || m.forms != 0 && m.inForm(m.forms, text) {
		return true
	}
	several := m.forms &^ errorCode
	return strings.IndexByte(text, ',') >= 0 && eachPart(text, ',', func(part string) bool {
		return m.lists(part) || several != 0 && m.inForm(several, part)
	})
}

// isTruth reports whether the text is a boolean: settings have them as texts.
func isTruth(text string) bool {
	return len(text) == 4 && equalFold(text, "true") || len(text) == 5 && equalFold(text, "false")
}

// eachPart reports whether ok holds for every part between separators, white space aside.
func eachPart(text string, separator byte, ok func(string) bool) bool {
	for {
		i := strings.IndexByte(text, separator)
		if i < 0 {
			return text != "" && ok(strings.TrimSpace(text))
		}
		if !ok(strings.TrimSpace(text[:i])) {
			return false
		}
		text = text[i+1:]
	}
}

// inForm reports whether a text has one of the forms.
func (t *table) inForm(of form, text string) bool {
	return of&language != 0 && IsLanguage(text) ||
		of&country != 0 && IsCountry(text) ||
		of&zone != 0 && IsTimeZone(text) ||
		of&currency != 0 && IsCurrency(text) ||
		of&media != 0 && IsMediaType(text) ||
		of&permission != 0 && isPermissions(text) ||
		of&typeName != 0 && isTypeReference(text) ||
		of&errorCode != 0 && IsErrorCode(text) ||
		of&product != 0 && t.has(listProducts, text) ||
		of&memberName != 0 && isOrderedMember(text) ||
		of&httpMethod != 0 && methods[text] ||
		of&sku != 0 && eachPart(text, '_', func(part string) bool { return t.has(listSKUParts, part) })
}

// IsMember reports whether metadata or documentation has a property, a navigation property,
// an annotation, an operation or a parameter of that name, whatever its letter case.
// An annotation of a member is a name if both parts are.
func IsMember(name string) bool {
	if i := strings.IndexByte(name, '@'); i > 0 {
		return IsMember(name[:i]) && IsMember(name[i:])
	}
	m := At(name, "")
	return m.known && m.entries[m.alone].declared
}

// IsType reports whether Graph has a type of that name, with or without a namespace and #.
func IsType(name string) bool {
	name = strings.TrimPrefix(name, "#")
	if base, ok := cutFold(name, "microsoft.graph."); ok {
		name = base
	} else if base, ok := cutFold(name, "graph."); ok {
		name = base
	} else if base, ok := cutFold(name, "Edm."); ok {
		return edm[strings.ToLower(base)]
	}
	return load().has(listTypes, name)
}

var edm = newSet(`string boolean int16 int32 int64 double single decimal guid date datetimeoffset duration timeofday
	binary stream byte sbyte`)

// isTypeReference reads "#microsoft.graph.user" and "Collection(Edm.String)".
func isTypeReference(text string) bool {
	text = odata.Bare(strings.TrimPrefix(text, "#"))
	return IsType(text) || edm[strings.ToLower(text)]
}

func cutFold(text, prefix string) (string, bool) {
	if len(text) < len(prefix) || !equalFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}

// IsPermission reports whether it is the name of a permission, whatever its letter case.
func IsPermission(name string) bool { return load().has(listPermissions, name) }

// isPermissions reads a list of permissions with spaces between, each with its resource or without.
func isPermissions(text string) bool {
	return eachPart(strings.TrimSpace(text), ' ', func(name string) bool {
		for _, resource := range [...]string{graph.URL + "/", "https://outlook.office.com/", "https://outlook.office365.com/", "https://management.azure.com/"} {
			name = strings.TrimPrefix(name, resource)
		}
		return name == ".default" || IsPermission(name)
	})
}

// IsWellKnown reports whether a GUID is an id that every tenant has (a role's template, a
// product, an application of Microsoft's, a permission): it says nothing about one.
func IsWellKnown(id string) bool { return len(id) == 36 && load().has(listIDs, id) }

// IsErrorCode reports whether it is a code that the service gives to errors: a known one, or one
// that is put together from words of the vocabulary, such as ErrorItemNotFound or Request_BadRequest.
func IsErrorCode(code string) bool {
	return code != "" && len(code) <= longest && (load().has(listErrors, code) || isCode(code))
}

// InText reports whether it is a word of the texts that the service writes. Words with
// capitals are none: they may be names.
func InText(word string) bool {
	return strings.IndexFunc(word, isUpper) < 0 && load().has(listText, word)
}

// IsTimeZone reports whether it names a time zone of IANA or of Windows.
func IsTimeZone(name string) bool { return load().has(listZones, name) }

// IsCurrency reports whether it is a code of ISO 4217.
func IsCurrency(code string) bool { return len(code) == 3 && load().has(listCurrencies, code) }

// IsCountry reports whether it is a code or an English name of a country.
func IsCountry(name string) bool { return load().has(listCountries, name) }

// IsColumn reports whether it is the name of a column in the tables that the service writes:
// a member's with spaces in it, or made of words of the vocabulary and names of products.
func IsColumn(name string) bool {
	if len(name) > longest {
		return false
	}
	t := load()
	return IsMember(name) || name != "" && eachPart(name, ' ', func(word string) bool {
		if n := len(word) - 1; n > 0 && word[0] == '(' && word[n] == ')' { // a unit
			word = word[1:n]
		}
		return t.has(listText, word) || productWords[strings.ToLower(word)] || IsMember(word)
	})
}

var productWords = newSet(`exchange onedrive sharepoint skype yammer teams outlook windows mac ios android office microsoft word excel powerpoint onenote
	planner intune azure url id guid byte bytes web mobile imap4 pop3 smtp p2p organizer utc upn mapi copilot viva engage`)
