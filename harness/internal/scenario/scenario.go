package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

// Scenario is one file.
type Scenario struct {
	File        string // as it was opened
	Name        string
	Description string
	API         string // "v1.0" or "beta"
	Cassette    string // cassette name; by default the file's own path under the scenarios folder without .yaml
	Vars        []Var  // in an order in which each needs only earlier ones
	Steps       []Step
	Cleanup     []Step
	Doubts      []*fault.Error // what loads, but may be a slip
}

// AllSteps are the steps and those of the cleanup.
func (sc *Scenario) AllSteps() []Step { return slices.Concat(sc.Steps, sc.Cleanup) }

// Var is a variable with its initial value.
type Var struct {
	Name  string
	Value Template
	Line  int
}

// Step is one request with what is expected of the answer.
type Step struct {
	Name        string
	API         string // its own, or the scenario's
	As          string // identity: "app", "user", ...; "" is the default one
	Auth        string // "none" sends no token
	Permissions *Permissions
	Request     Request
	Expect      Expect
	Parts       map[string]Expect // of a $batch answer, by part id
	Poll        *Poll
	Follow      *Follow
	Capture     []Capture
	Variables   []string // that it uses anywhere, those of the environment too, sorted
	Line        int
}

// Permissions are the least privileged first; any one of a kind is enough.
type Permissions struct{ Delegated, Application []string }

// Request is what a step sends. At most one of Body, BodyFile, Text, Base64,
// Form and Multipart is set, and exactly one of Path and URL.
type Request struct {
	Method    string
	Path      Template // below the version root; a captured link may stand alone
	URL       Template // absolute
	Query     []Pair
	Headers   []Pair
	Body      *Template
	BodyFile  string
	Text      *Template
	Base64    string
	Form      []Pair
	Multipart []Part
	Redirect  string // "follow" (default) or "stop"
	Line      int
}

// Pair is a name with a templated value.
type Pair struct {
	Name  string
	Value Template
	Line  int
}

// Part is one part of a multipart body.
type Part struct {
	Name, Filename, ContentType string
	Body                        *Template // JSON
	Text                        *Template
	Base64                      string
	BodyFile                    string
}

// Expect is what an answer must be; the zero Expect expects nothing.
type Expect struct {
	Status  []int
	Headers []Check // Where is a header name
	Schema  string  // full type name
	Body    []Check // Where is an RFC 9535 path
	Text    *Check  // of a body that is not JSON
	Line    int
}

// Check is one expectation of one place.
type Check struct {
	Where   Path // below the body; of a header its name
	Matcher Matcher
	Line    int
}

// A Path is an RFC 9535 path, ready to be followed.
type Path struct {
	text          string
	*jsondoc.Path // nil for what is called so and is none
}

// String is the path as jsondoc.ParsePath reads it.
func (p Path) String() string { return p.text }

// Poll repeats a step until its answer is terminal.
type Poll struct {
	Until, Fail []Check
	Every       time.Duration
	Timeout     time.Duration
	Allow       []int // statuses that mean "not yet"
	Line        int
}

// Follow walks the pages of an answer.
type Follow struct {
	Link  Path
	Max   int    // pages at most
	Total *Count // elements of value over all pages
	Line  int
}

// Capture puts a value of the answer into a variable. From is "status",
// "header.NAME", "body.PATH", "body" or "parts.ID.body.PATH".
type Capture struct {
	Name   string
	From   string
	Source Source
	Line   int
}

// Source is where a capture gets its value from: the status where it says nothing else.
type Source struct {
	Part   string // of a $batch answer, by id; "" for the answer itself
	Header string
	Body   *Path
}

// MaxSize is what a file may have at most, far above what a person writes; YAML takes many
// times its size in memory.
const MaxSize = 8 << 20

// Load reads a scenario file. Errors about its content name the line and
// perhaps give a hint (package fault); several are joined, in the order of the file.
func Load(file string) (*Scenario, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("load scenario: %w", err)
	}
	if info.Size() > MaxSize {
		return nil, fmt.Errorf("load scenario: %s has %d bytes, more than %d", file, info.Size(), MaxSize)
	}
	data, err := plainfile.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("load scenario: %w", err)
	}
	return Parse(file, data)
}

// Parse is Load for a text that is in memory; file is for messages and for the
// default name.
func Parse(file string, data []byte) (*Scenario, error) {
	sc, err := strictyaml.Decode(file, data, newDecoder().scenario)
	if err != nil {
		return nil, err
	}
	sc.File = file
	for _, doubt := range sc.Doubts {
		doubt.File = file
	}
	if sc.Name == "" {
		base := filepath.Base(file)
		sc.Name = strings.TrimSuffix(base, filepath.Ext(base))
	}
	return &sc, nil
}
