package words

import (
	_ "embed"
	"iter"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
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
	words := index{texts: make([]byte, 0, len(generated)+len(known)), slots: make([]slot, 1<<16)}
	t := &table{index: words, entries: make([]entry, 0, 1<<14)}
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
	if i := strings.IndexByte(name, '@'); i > 0 { // an annotation of another member
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

// The sections of a table. A line of most is one word; a line of values is a member, or
// parent/member, and the values that are words of the service there, between tabs, sorted
// by their lower case; a line of ids may have a name after a tab. A section whose name ends in
// .members lists the members, or parent/member, whose values are of that form. These are the
// sections that more than the table itself asks for.
const (
	SectionMembers     = "members"
	SectionTypes       = "types"
	SectionText        = "text"
	SectionPermissions = "permissions"
	SectionValues      = "values"

	ofMembers = ".members"
)

// Lines yields the lines of a table with their sections. A line that begins with # is a comment.
func Lines(text string) iter.Seq2[string, string] {
	return func(yield func(section, line string) bool) {
		section := ""
		for text != "" {
			line, rest, _ := strings.Cut(text, "\n")
			text = rest
			switch {
			case line == "", line[0] == '#':
			case line[0] == '[' && line[len(line)-1] == ']':
				section = line[1 : len(line)-1]
			default:
				if !yield(section, line) {
					return
				}
			}
		}
	}
}

// An index maps pairs of a list's number and a text to numbers, whatever the letter case of
// the text: an open hash table without pointers, so that a table of forty thousand words is
// made in some milliseconds, a look-up allocates nothing, and a garbage collection passes by.
type index struct {
	texts []byte
	slots []slot // a power of two, at least a quarter free
	used  int
}

type slot struct {
	start, size uint32 // of the text; no size is free
	list        uint32
	value       uint32
}

// find returns the slot of a pair, or the free one where it belongs.
func (x *index) find(list uint32, text string) *slot {
	h := hash(list, text)
	for mask := uint64(len(x.slots) - 1); ; h++ {
		s := &x.slots[h&mask]
		if s.size == 0 || s.list == list && int(s.size) == len(text) && equalFold(x.text(s), text) {
			return s
		}
	}
}

func (x *index) text(s *slot) []byte { return x.texts[s.start : s.start+s.size] }

// hash is the same for texts that differ in letter case only.
func hash(list uint32, text string) uint64 {
	const prime, small = 0x9e3779b97f4a7c15, 0x2020202020202020
	h := (uint64(list+1) ^ uint64(len(text))<<32) * prime
	for len(text) >= 8 {
		h = (h ^ (eight(text) | small)) * prime
		h ^= h >> 32
		text = text[8:]
	}
	var rest uint64
	for i := range len(text) {
		rest = rest<<8 | uint64(text[i]|' ')
	}
	h = (h ^ rest) * prime
	return h ^ h>>32
}

func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func (x *index) has(list uint32, text string) bool {
	return text != "" && x.find(list, text).size > 0
}

// add puts a pair into the index unless it is there, and returns its number.
func (x *index) add(list uint32, text string, value uint32) uint32 {
	s := x.find(list, text)
	if s.size > 0 {
		return s.value
	}
	*s = slot{uint32(len(x.texts)), uint32(len(text)), list, value}
	x.texts = append(x.texts, text...)
	if x.used++; x.used > len(x.slots)/4*3 {
		old := x.slots
		x.slots = make([]slot, 2*len(old))
		for _, s := range old {
			if s.size > 0 {
				*x.find(s.list, string(x.text(&s))) = s
			}
		}
	}
	return value
}

// equalFold is of ASCII: Unicode folding would take the Kelvin sign for a k.
func equalFold[T string | []byte](a T, b string) bool {
	if string(a) == b {
		return true
	}
	for i := range len(a) {
		if ascii.Lower(a[i]) != ascii.Lower(b[i]) {
			return false
		}
	}
	return true
}
