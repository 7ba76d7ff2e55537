package diff

import (
	"fmt"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// An idShape is an id without its value.
type idShape struct {
	format string // of the registry, "" when it is of none
	guids  int    // of a chain of them
	runs   []run
}

// A run is a piece of an id between punctuation.
type run struct {
	length  int
	letters int
	lower   bool // has lower-case letters
	upper   bool
	after   byte // the punctuation that ends it, 0 at the end
}

// structural is the punctuation that ids are built with. What base64 uses is not.
const structural = "!:@#,;(){}.'\" |%"

func idShapeOf(s string, f *identity.Format) idShape {
	shape := idShape{guids: guidsIn(s)}
	if isID(f) {
		shape.format = f.Name
	}
	start := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && strings.IndexByte(structural, s[i]) < 0 {
			continue
		}
		r := run{length: i - start}
		for _, c := range []byte(s[start:i]) {
			lower, upper := 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z'
			if lower || upper {
				r.letters++
			}
			r.lower, r.upper = r.lower || lower, r.upper || upper
		}
		if i < len(s) {
			r.after = s[i]
		}
		shape.runs = append(shape.runs, r)
		start = i + 1
	}
	return shape
}

func guidsIn(s string) int {
	n := 0
	guid, _ := identity.Lookup("guid")
	for i := 0; i+36 <= len(s); i++ {
		if guid.Match(s[i : i+36]) {
			n++
			i += 35
		}
	}
	return n
}

// changeOf is the rule by which two ids differ, by format, letter case or length.
func (a idShape) changeOf(b idShape) ID {
	if a.format == "etag" && b.format == "etag" {
		return "" // opaque, and another one after every write
	}
	// A GUID is always recognised as one; other formats are less sure.
	sure := a.format == "guid" || b.format == "guid" || a.format != "" && b.format != ""
	if a.format != b.format && sure || a.guids != b.guids || len(a.runs) != len(b.runs) {
		return IDFormat
	}
	var change ID
	for i, r := range a.runs {
		switch s := b.runs[i]; {
		case r.after != s.after, r.isOtherKind(s):
			return IDFormat
		case r.isOtherLength(s):
			change = IDLength
		case change == "" && r.isOtherCase(s):
			change = IDCase
		}
	}
	return change
}

func (r run) isOtherKind(s run) bool {
	digits, other := r.letters == 0, s.letters == 0
	return digits != other && min(r.length, s.length) >= 2 && (max(r.length, s.length) >= 12 || r.isOtherLength(s))
}

// isOtherLength allows for numbers that grow and tokens that hold some.
func (r run) isOtherLength(s run) bool {
	short, long := min(r.length, s.length), max(r.length, s.length)
	return long-short > 4 && long > short*3/2
}

// enoughLetters is how many letters an id needs before their case says something: of
// eight random ones in mixed case, all are lower once in 256 times.
const enoughLetters = 4

func (r run) isOtherCase(s run) bool {
	if r.letters < enoughLetters || s.letters < enoughLetters {
		return false
	}
	if r.lower != r.upper && s.lower != s.upper {
		return r.lower != s.lower
	}
	// One is of mixed case. Ids of one format may be so by chance, but not long ones.
	return (r.lower && r.upper) != (s.lower && s.upper) && min(r.letters, s.letters) >= 12
}

func (a idShape) String() string {
	if a.guids > 1 {
		return fmt.Sprintf("a chain of %d GUIDs", a.guids)
	}
	var b strings.Builder
	if a.format != "" {
		b.WriteString(a.format + ": ")
	}
	for _, r := range a.runs {
		switch {
		case r.length == 0:
		case r.letters == 0:
			fmt.Fprintf(&b, "%d digits", r.length)
		case r.lower && r.upper:
			fmt.Fprintf(&b, "%d characters in both cases", r.length)
		case r.upper:
			fmt.Fprintf(&b, "%d characters in upper case", r.length)
		default:
			fmt.Fprintf(&b, "%d characters in lower case", r.length)
		}
		if r.after != 0 {
			fmt.Fprintf(&b, " %c ", r.after)
		}
	}
	return b.String()
}
