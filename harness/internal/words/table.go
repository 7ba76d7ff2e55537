package words

import (
	_ "embed"
	"strings"
	"sync"
)

//go:generate go run ./gen ../../../../shared/corpus

var (
	//go:embed words.txt
	generated string

	//go:embed known.txt
	known string
)

// longest is the length of the longest text that is looked at as one word.
const longest = 160

// The numbers of lists in the index. Those of the parents and of the values of a member
// begin at the last two.
const (
	listMembers = iota
	listTypes
	listText
	listPermissions
	listErrors
	listLanguages
	listCountries
	listZones
	listCurrencies
	listMedia
	listHosts
	listHeaders
	listHeaderWords
	listIDs
	listProducts
	listSKUParts

	listParents = 1 << 20
	listValues  = 1 << 21
)

var lists = map[string]uint32{
	SectionTypes: listTypes, SectionText: listText, SectionPermissions: listPermissions, "errors": listErrors,
	"languages": listLanguages, "countries": listCountries, "zones": listZones, "currencies": listCurrencies,
	"media": listMedia, "hosts": listHosts, "headers": listHeaders, "headerwords": listHeaderWords, "ids": listIDs, "products": listProducts,
}

// A form is a set of classes of values.
type form uint16

const (
	language form = 1 << iota
	country
	zone
	currency
	media
	permission
	typeName
	errorCode
	product
	memberName
	httpMethod
	sku
)

// forms are the classes by the section that lists their members, without its end.
var forms = map[string]form{
	"languages": language, "countries": country, "zones": zone, "currencies": currency, "media": media,
	SectionPermissions: permission, SectionTypes: typeName, "errors": errorCode, "products": product, "names": memberName, "methods": httpMethod, "skus": sku,
}

// An entry is a member, or a member below a parent.
type entry struct {
	forms    form // that its values may have
	declared bool // metadata or documentation has the name
	bound    bool // there are entries for it below some parents
	listed   bool // values are listed for it
}

// A table is what the two files say. It is never written to once it is made.
type table struct {
	index
	entries []entry
}

var load = sync.OnceValue(read)

func read() *table {
	t := &table{index: newIndex(16, len(generated)+len(known)), entries: make([]entry, 0, 1<<14)}
	for _, file := range [...]string{generated, known} {
		for section, line := range Lines(file) {
			t.line(section, line)
		}
	}
	return t
}

func (t *table) line(section, line string) {
	switch list := lists[section]; {
	case section == SectionMembers:
		t.entries[t.entry(line)].declared = true
	case section == SectionValues:
		member, values, _ := strings.Cut(line, "\t")
		n := t.entry(member)
		t.entries[n].listed = true
		for v := range strings.SplitSeq(values, "\t") {
			t.add(listValues+n, v, 0)
			if t.entries[n].forms&sku != 0 {
				for part := range strings.SplitSeq(v, "_") {
					t.add(listSKUParts, part, 0)
				}
			}
		}
	case section == "ids":
		id, name, _ := strings.Cut(line, "\t")
		t.add(listIDs, id, 0)
		if name != "" {
			t.add(listProducts, name, 0)
		}
	case list == 0:
		base, _ := strings.CutSuffix(section, ofMembers)
		t.entries[t.entry(line)].forms |= forms[base]
	default:
		t.add(list, line, 0)
		if list == listTypes { // its local name too
			t.add(list, line[strings.LastIndexByte(line, '.')+1:], 0)
		}
	}
}

// entry returns the number of the entry of member or parent/member, a new one if need be.
func (t *table) entry(name string) uint32 {
	list := uint32(listMembers)
	if parent, member, ok := strings.Cut(name, "/"); ok {
		n := t.entry(member)
		t.entries[n].bound = true
		list, name = listParents+n, parent
	}
	n := t.add(list, name, uint32(len(t.entries)))
	if n == uint32(len(t.entries)) {
		t.entries = append(t.entries, entry{})
	}
	return n
}

// Values are what the table says of the values of a member: of it alone, and below its parent.
type Values struct {
	*table
	alone, below uint32
	known, bound bool
	listed       bool // some values are listed
	forms        form
}

// At returns the values of a member below a parent, which may be "".
func At(name, parent string) (m Values) {
	if i := strings.LastIndexByte(name, '@'); i > 0 { // an annotation of another member
		name = name[i:]
	}
	if name == "" || len(name) > longest || len(parent) > longest {
		return m
	}
	t := load()
	s := t.find(listMembers, name)
	if s.size == 0 {
		return m
	}
	e := t.entries[s.value]
	m = Values{table: t, alone: s.value, known: true, listed: e.listed, forms: e.forms}
	if e.bound && parent != "" {
		if s := t.find(listParents+m.alone, parent); s.size > 0 {
			below := t.entries[s.value]
			m.below, m.bound = s.value, true
			m.listed = m.listed || below.listed
			m.forms |= below.forms
		}
	}
	return m
}

// lists reports whether the text is one of the values listed for the member.
func (m *Values) lists(text string) bool {
	return m.listed && (m.has(listValues+m.alone, text) || m.bound && m.has(listValues+m.below, text))
}
