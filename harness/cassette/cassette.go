package cassette

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// Request and Response are go-vcr's own types, on purpose: what reads one reads the
// other. The body is text, decoded (no gzip, no chunks), any bytes; Response.Duration is
// how long the service took.
type (
	Request  = govcr.Request
	Response = govcr.Response
)

// MaxSize is the largest file that Load reads, in bytes. A larger one is refused
// by its size, before it is read.
const MaxSize = 1 << 30

// Cassette is a file of interactions, in recorded order.
type Cassette struct {
	Name         string // path under the cassettes folder without .yaml; from Load, the file's own name without it
	File         string // as it was opened; "" when it never was a file
	Meta         Meta
	Interactions []*Interaction
	Salt         []byte  // what Meta.Salt is the digest of. Load finds it, no file of interactions holds it
	Doubts       []error // what Load passed over: keys that nothing reads, each with its place
}

// An Interaction is a request and its response.
type Interaction struct {
	ID        int // its position, from 0, in a file that Save or go-vcr wrote
	Request   Request
	Response  Response
	Principal string // who asked, when the cassette holds more than one caller; else ""
	Holes     []Hole // of a sealed request, in canonical order; what no hole names is as it was sent, but for computed ids
	Line      int    // where it begins in the file, from 1; 0 when it never was in one
	bodyLine  int    // where the response body's first line stands
	bodyLines int    // how many lines an indented response body takes in the file; 0 when it is stored verbatim
}

// A Hole is a place in a recorded request where something other than a computed id was
// replaced. Package place says how places are written: path[3], query.$filter#0,
// body.$['displayName'].
type Hole struct {
	Place string
	Kind  HoleKind
}

// HoleKind is what stood in a hole.
type HoleKind string

// The kinds of holes.
const (
	HoleName   HoleKind = "name"   // of a person, file, host, .., or any text; its pseudonym is in the request
	HoleSecret HoleKind = "secret" // replaced by a constant
	HoleBytes  HoleKind = "bytes"  // replaced by filler
	HoleTime   HoleKind = "time"   // a date that says something of a person
)

// BodyLine returns the line of the file on which the value at a normalized JSON
// path of the response body stands: exact for indented bodies, the body's line
// for others, 0 when the interaction was not loaded from a file.
func (i *Interaction) BodyLine(path string) int {
	if i.bodyLines == 0 {
		return i.bodyLine
	}
	// A body that was edited by hand need not have a member a line; then only
	// where it begins is known.
	_, breaks, _, indented := jsondoc.Indent(nil, i.Response.Body, 0)
	if !indented || breaks+1 != i.bodyLines {
		return i.bodyLine
	}
	if line := jsondoc.Line(i.Response.Body, path); line > 0 {
		return i.bodyLine + line - 1
	}
	return i.bodyLine
}

// Origin says where a cassette's interactions come from.
type Origin string

// The origins.
const (
	Recorded Origin = "recorded" // a tenant
	Docs     Origin = "docs"     // a documentation example
	Imported Origin = "imported" // another tool's recording
	Emulator Origin = "emulator" // a fake of the service
)

// Meta is the "graphvcr" block: how the recording was made. The zero Meta is that of a
// file which stock go-vcr wrote.
type Meta struct {
	Format     int               `yaml:"format"` // 2; Save writes it whatever the field holds
	Origin     Origin            `yaml:"origin"`
	Source     string            `yaml:"source,omitempty"`      // what it was made of: another tool's name, a page
	RecordedAt time.Time         `yaml:"recorded-at,omitempty"` // in UTC, to the second; zero when nobody knows
	Auth       *Auth             `yaml:"auth,omitempty"`
	Cloud      string            `yaml:"cloud,omitempty"`   // Graph's host where it is not graph.microsoft.com
	Client     string            `yaml:"client,omitempty"`  // what sent the requests
	Expires    string            `yaml:"expires,omitempty"` // see ParseLifetime
	Vars       map[string]string `yaml:"vars,omitempty"`    // values that the scenario's variables had, for replay
	Redaction  `yaml:",inline"`
}

// Redaction is what a file says of its redaction as a whole.
type Redaction struct {
	Rules    string            `yaml:"rules,omitempty"`    // a digest of the rules, 12 hex digits
	Redacted []string          `yaml:"redacted,omitempty"` // ids of the rules that replaced something, or their classes
	Salt     string            `yaml:"salt,omitempty"`     // digest of the salt that pseudonyms were made with, 12 hex digits; "" where nothing is sealed
	Tags     map[string]string `yaml:"tags,omitempty"`     // by pseudonym of a name in a hole: five hexadecimal digits, and a number where they needed one
}

// Auth is what is kept of the token that a recording was made with.
type Auth struct {
	Kind   string   `yaml:"kind"`             // delegated or application
	Scopes []string `yaml:"scopes,omitempty"` // permissions of a delegated token: User.Read
	Roles  []string `yaml:"roles,omitempty"`  // permissions of an application's
}

// A Guard looks at a cassette before it is written and may refuse: nothing is then
// written, and Save returns its error, wrapped.
type Guard func(*Cassette) error

// Never is the lifetime of a recording that does not expire, whatever the rules say.
const Never = "never"

// ParseLifetime reads how long a recording is good for: 12h, 30d, 4w, or never, which
// is 0.
func ParseLifetime(text string) (time.Duration, error) {
	if text == Never {
		return 0, nil
	}
	units := map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	if text != "" {
		n, err := strconv.ParseUint(text[:len(text)-1], 10, 16)
		if unit := units[text[len(text)-1]]; unit != 0 && err == nil && n > 0 {
			return time.Duration(n) * unit, nil
		}
	}
	return 0, fmt.Errorf("lifetime %q is not a number of hours, days or weeks, such as 12h, 30d or 4w, nor %q", text, Never)
}

// ExpiresAt is when the recording expires: by its own lifetime, or by otherwise if it has
// none. It is false for one that does not expire, or was recorded nobody knows when.
func (m *Meta) ExpiresAt(otherwise string) (time.Time, bool) {
	lifetime, err := ParseLifetime(cmp.Or(m.Expires, otherwise))
	if err != nil || lifetime == 0 || m.RecordedAt.IsZero() {
		return time.Time{}, false
	}
	return m.RecordedAt.Add(lifetime), true
}
