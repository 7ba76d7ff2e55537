package cassette

import (
	"errors"
	"time"

	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"
)

// Request and Response are go-vcr's, field for field.
type (
	Request  = govcr.Request
	Response = govcr.Response
)

// Cassette is a file of interactions, in recorded order.
type Cassette struct {
	Name         string // path under the cassettes folder without .yaml
	File         string // as it was opened; "" when it never was a file
	Meta         Meta
	Interactions []*Interaction
}

// An Interaction is a request and its response.
type Interaction struct {
	ID        int
	Request   Request
	Response  Response
	Principal string // who asked, when the cassette holds more than one caller; else ""
	Line      int    // where it begins in the file, from 1; 0 when it never was in one
	bodyLine  int    // where the response body's first line stands
	indented  bool   // the response body is stored indented
}

// BodyLine returns the line of the file on which the value at a normalized JSON
// path of the response body stands: exact for indented bodies, the body's line
// for others, 0 when the interaction was not loaded from a file.
func (i *Interaction) BodyLine(path string) int { return i.Line }

// Origin says where a cassette's interactions come from.
type Origin string

// The origins.
const (
	Recorded Origin = "recorded" // a tenant
	Docs     Origin = "docs"     // a documentation example
	Imported Origin = "imported" // another tool's recording
	Emulator Origin = "emulator" // a stand-in service
)

// Meta is the "graphvcr" block. The zero Meta is that of a file which stock
// go-vcr wrote.
type Meta struct {
	Format     int               `yaml:"format"` // 1
	Origin     Origin            `yaml:"origin"`
	Source     string            `yaml:"source,omitempty"`
	RecordedAt time.Time         `yaml:"recorded-at,omitempty"`
	Auth       *Auth             `yaml:"auth,omitempty"`
	Cloud      string            `yaml:"cloud,omitempty"`
	Rules      string            `yaml:"rules,omitempty"`
	Client     string            `yaml:"client,omitempty"`
	Expires    string            `yaml:"expires,omitempty"`
	Vars       map[string]string `yaml:"vars,omitempty"` // values that the scenario's variables had, for replay
	Redacted   []string          `yaml:"redacted,omitempty"`
}

// Auth is what is kept of the token that a recording was made with.
type Auth struct {
	Kind   string   `yaml:"kind"` // delegated or application
	Scopes []string `yaml:"scopes,omitempty"`
	Roles  []string `yaml:"roles,omitempty"`
}

// Error is a fault in a cassette file.
type Error struct {
	File         string
	Line, Column int // from 1; 0 when unknown
	Interaction  int // from 0; -1 when none
	Message      string
	Advice       string
	Err          error
}

func (e *Error) Error() string { return e.Message }

// Hint is what to do about it; "" when nothing better can be said.
func (e *Error) Hint() string { return e.Advice }

func (e *Error) Unwrap() error { return e.Err }

// A Guard looks at a cassette before it is written and may refuse.
type Guard func(*Cassette) error

// Load reads a file. Errors about its content are *Error.
func Load(file string) (*Cassette, error) { return nil, errors.New("not built") }

// Save writes the cassette to file, atomically: to a temporary file of mode 0600
// beside it, which replaces it by rename once it is complete and the guard (which may be
// nil) has let it pass.
func (c *Cassette) Save(file string, guard Guard) error { return errors.New("not built") }
