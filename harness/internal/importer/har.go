package importer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

const (
	// maxEntry bounds one value of an archive, which is held whole: an entry, or a
	// text among what is passed over.
	maxEntry = 96 << 20
	// maxHARDepth bounds the nesting of what is passed over.
	maxHARDepth = 1000
)

const adviceHAR = `a HAR file is {"log": {"entries": [...]}}`

// ReadHAR calls each for every entry of an archive in the order of the file, those
// of hosts that are not Graph's included, with credentials and all. It holds no more
// than one entry in memory. It ends at the first error of each, or with one that
// names the line where the file is no archive.
func ReadHAR(file string, each func(*HAREntry) error) error {
	f, err := plainfile.Open(file)
	if err != nil {
		return fmt.Errorf("import %s: %w", file, err)
	}
	defer f.Close()
	return readHAR(file, f, each)
}

// readHAR is ReadHAR for a file that was opened.
func readHAR(file string, in io.Reader, each func(*HAREntry) error) error {
	text := bufio.NewReader(in)
	switch start, _ := text.Peek(3); {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")): // Fiddler writes one
		_, _ = text.Discard(3)
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return fault.In("import", file, 1, "the file is UTF-16", "save it as UTF-8")
	}
	r := &harReader{file: file, in: &lineReader{in: text}, each: each}
	r.dec = json.NewDecoder(r.in)
	r.dec.UseNumber()
	err := r.archive()
	var own *fault.Error
	switch {
	case err == nil, errors.As(err, &own):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault.In("import", file, r.in.lastLine(), "the file ends before the archive does", "is the file cut off?")
	}
	return err
}

type harReader struct {
	file    string
	in      *lineReader
	dec     *json.Decoder
	each    func(*HAREntry) error
	entries int
	found   bool // a list of entries
}

func (r *harReader) archive() error {
	if err := r.members("the file", func(name string) error {
		if name != "log" {
			return r.skip()
		}
		return r.members("log", func(name string) error {
			if name != "entries" {
				return r.skip()
			}
			r.found = true
			return r.inside('[', `"entries"`, r.entry)
		})
	}); err != nil {
		return err
	}
	if !r.found {
		return r.fault(`there is no "log" with "entries" in it`, adviceHAR)
	}
	switch _, err := r.token(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return r.fault("something follows the archive", "one archive a file")
}

// members calls each for the name of every member of the object that comes next.
func (r *harReader) members(what string, each func(name string) error) error {
	return r.inside('{', what, func() error {
		name, err := r.token()
		if err != nil {
			return err
		}
		return each(fmt.Sprint(name))
	})
}

// inside calls each as long as there is more in the object or array that comes next.
func (r *harReader) inside(delim json.Delim, what string, each func() error) error {
	switch got, err := r.token(); {
	case err != nil:
		return err
	case got != delim:
		return r.fault(fmt.Sprintf("%s is not what a HAR file has there", what), adviceHAR)
	}
	for r.in.allow(maxEntry); r.dec.More(); r.in.allow(maxEntry) {
		if err := each(); err != nil {
			return err
		}
	}
	_, err := r.token()
	return err
}

func (r *harReader) entry() error {
	r.in.allow(maxEntry)
	var raw json.RawMessage
	if err := r.dec.Decode(&raw); err != nil {
		return r.located(err)
	}
	line := r.in.lineAt(r.dec.InputOffset() - int64(len(raw)))
	e := newHAREntry(r.entries, line, raw)
	r.entries++
	return r.each(e)
}

func (r *harReader) token() (json.Token, error) {
	r.in.allow(maxEntry)
	t, err := r.dec.Token()
	if err != nil {
		return nil, r.located(err)
	}
	return t, nil
}

func (r *harReader) skip() error {
	for depth := 0; ; {
		t, err := r.token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > maxHARDepth {
				return r.fault("nested too deeply", "")
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

func (r *harReader) fault(message, advice string) error {
	return fault.In("import", r.file, r.in.lineAt(r.dec.InputOffset()), message, advice)
}

// located gives a decoder's error its line. The end of the file is reported by
// readHAR.
func (r *harReader) located(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case errors.Is(err, errValueTooLarge):
		return r.fault(fmt.Sprintf("entry %d is larger than %d MB", r.entries, maxEntry>>20), "remove it from the archive")
	case !errors.As(err, &syntax):
		return fmt.Errorf("import %s: %w", r.file, err)
	}
	line := r.in.lineAt(r.dec.InputOffset())
	// The decoder does not say where in a value it stopped; a second look does.
	ahead, _ := io.ReadAll(r.dec.Buffered())
	if errors.As(json.Unmarshal(ahead, new(json.RawMessage)), &syntax) {
		line += bytes.Count(ahead[:max(0, min(int(syntax.Offset)-1, len(ahead)))], []byte("\n"))
	}
	return fault.In("import", r.file, line, "not JSON: "+syntax.Error(), "is this a HAR file, and whole?")
}

var errValueTooLarge = errors.New("value too large")

// lineReader knows the lines of what was read lately, and stops a reader that
// takes in too much at once.
type lineReader struct {
	in      io.Reader
	allowed int
	read    int64
	breaks  []int64 // offsets of the line breaks that no lineAt has passed yet
	passed  int     // line breaks before those
}

// allow sets how many bytes may be read until the next allow.
func (l *lineReader) allow(n int) { l.allowed = n }

func (l *lineReader) Read(p []byte) (int, error) {
	if l.allowed <= 0 {
		return 0, errValueTooLarge
	}
	n, err := l.in.Read(p[:min(len(p), 64<<10)])
	for at := 0; ; {
		next := bytes.IndexByte(p[at:n], '\n')
		if next < 0 {
			break
		}
		at += next + 1
		l.breaks = append(l.breaks, l.read+int64(at)-1)
	}
	l.read += int64(n)
	l.allowed -= n
	return n, err
}

// lineAt returns the line of an offset; offsets may not go back.
func (l *lineReader) lineAt(offset int64) int {
	n := 0
	for n < len(l.breaks) && l.breaks[n] < offset {
		n++
	}
	l.passed += n
	l.breaks = append(l.breaks[:0], l.breaks[n:]...)
	return l.passed + 1
}

// lastLine is the line of what was read last.
func (l *lineReader) lastLine() int {
	if n := len(l.breaks); n > 0 && l.breaks[n-1] == l.read-1 {
		return l.passed + n
	}
	return l.passed + len(l.breaks) + 1
}

// har is of HTTP archives, as browsers, Fiddler, Charles, Dev Proxy and others write them
// (http://www.softwareishard.com/blog/har-12-spec). A file may be of any size: it is read entry
// by entry, and what is kept of it is bounded.
var _ = register(&Format{
	Kind: HAR, Tool: "an HTTP archive", Ends: []string{".har"}, source: "har", word: "entry",
	Short: "Import HTTP archives (HAR) of browsers, Fiddler, Charles, Polly.js",
	About: `Turns HTTP archives (HAR files of browsers, Fiddler, Charles, Dev Proxy, Polly.js and
other tools) into cassettes and scenarios. Save an archive with content and while the page
is open: an answer whose body is not in the file is left out and told. Credentials,
CORS preflights, tunnels and WebSockets stay behind, with a count.
`,
	Examples: []string{"graph-explorer.har --out .", "captures --out /tmp/imported --report json"},
	isMember: func(name string, value byte) bool { return name == "log" && value == '{' },
})

// describe says of an entry what it is where it is no exchange of a client with Graph.
func (e *HAREntry) describe() {
	i := e.Interaction
	switch {
	case e.local:
		e.nameless = e.scheme() + " addresses"
	case i.Request.Method == http.MethodOptions && i.Request.Headers.Get("Access-Control-Request-Method") != "":
		e.passed = "CORS preflight"
	case i.Request.Method == http.MethodConnect:
		e.passed = "CONNECT tunnel"
	case e.socket || e.scheme() == "ws" || e.scheme() == "wss" || i.Response.Code == http.StatusSwitchingProtocols:
		e.passed = "WebSocket conversation"
	case i.Response.Code <= 0 && e.problem != "":
		e.unanswered = "no answer came: " + e.problem
	case i.Response.Code <= 0:
		e.unanswered = "no answer came (status 0: blocked, aborted or still under way)"
	case i.Response.Body != "" && claimsJSON(i.Response.Headers) && !json.Valid([]byte(i.Response.Body)):
		e.cut = e.Line("response.body")
	}
}

func (e *HAREntry) scheme() string {
	scheme, _, ok := strings.Cut(e.Interaction.Request.URL, ":")
	if !ok {
		return "other"
	}
	return strings.ToLower(scheme)
}
