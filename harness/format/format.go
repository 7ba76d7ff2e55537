package format

// A Format is a named shape of a string value.
type Format struct {
	Name     string
	Doc      string   // one line: what it is and its shape
	Source   string   // where the fact comes from
	Matches  []string // real values of this format
	Rejects  []string // near misses
	match    func(string) bool
	volatile bool
}

// Match reports whether s has the format.
func (f *Format) Match(s string) bool { return f.match(s) }

// Volatile reports whether values of the format change between two recordings
// of an unchanged service (ids of created objects, dates, tokens).
func (f *Format) Volatile() bool { return f.volatile }

// Lookup finds a format by name.
func Lookup(name string) (*Format, bool) { return nil, false }

// Names lists all formats, sorted.
func Names() []string { return nil }

// Recognise returns the most specific format that s has, or nil. Only formats
// distinctive enough to be told from free text are considered.
func Recognise(s string) *Format { return nil }

// IsPlaceholder reports whether s is a stand-in that documentation uses for a
// value ("id-value", "{id}", "<id>", "string").
func IsPlaceholder(s string) bool { return false }
