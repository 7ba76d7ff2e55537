package harness

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/quiet"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/replay"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
)

// Option changes how a session opens.
type Option func(*options)

type options struct {
	dirs        project.Dirs
	files       fs.FS
	below       http.RoundTripper
	base        string
	mode        mode // while GRAPHVCR_MODE says nothing
	allowUnused bool
	inputs      replay.Inputs
	pass        []string
	mark        func(Value) Mark
}

func apply(opts []Option) options {
	o := options{below: quiet.Over(http.DefaultTransport), mode: modeReplay, inputs: replay.Inputs{}}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// Dir names the folder that holds cassettes, instead of cassettes/ beside the
// nearest go.mod.
func Dir(cassettes string) Option {
	return func(o *options) { o.dirs.Cassettes = cassettes }
}

// FS replays cassettes of a file system, such as an embed.FS, which holds what a folder of
// cassettes does: its rules.yaml and its salt count too. What is recorded goes to [Dir],
// which has to be given for that.
func FS(cassettes fs.FS) Option {
	return func(o *options) { o.files = cassettes }
}

// Once records where there is no cassette yet, and replays where there is.
func Once() Option { return func(o *options) { o.mode = modeOnce } }

// Spy answers from the cassette and records what that lacks.
func Spy() Option { return func(o *options) { o.mode = modeSpy } }

// AllowUnused lets a test pass that does not ask for all that was recorded.
func AllowUnused() Option { return func(o *options) { o.allowUnused = true } }

// Passthrough names hosts whose requests are none of the session's: they are sent, in every
// mode, and never recorded. "api.example.com" is a host at any port, "localhost:8080" at
// that port only, "*.example.com" whatever lies below. Graph's own hosts are not among them.
func Passthrough(hosts ...string) Option {
	return func(o *options) { o.pass = append(o.pass, hosts...) }
}

// BaseURL names what stands for https://graph.microsoft.com: a fake of a test, an emulator.
// What a client asks of either is sent there while recording and in live runs, recorded as
// Graph's, and replayed to both; so a suite of fakes is recorded as it is, and later from
// Graph, without a change of the client.
func BaseURL(address string) Option {
	return func(o *options) { o.base = address }
}

// WithTransport carries the requests of a recording or a live run, and adds the token
// if the client brings none: it lies below the recorder, which cannot see what it adds. An
// *http.Transport is copied, onto connections of which net/http prints nothing; of one
// within another transport it may print what a service sends unasked.
func WithTransport(below http.RoundTripper) Option {
	return func(o *options) { o.below = below }
}

// Input makes, on replay, a value of this run stand for what the cassette stores under a
// name: a variable (which Var then returns), or a pseudonym itself, such as
// user1@contoso.example. Most values need none: they are bound where the client sends
// them in the only place where they fit.
func Input(name, value string) Option {
	return func(o *options) { o.inputs[name] = value }
}

// A Value is a text of a message that is about to be stored.
type Value struct {
	Name   string // of the member, header, option or field at which it stands
	Parent string // of the member above that, "" at the top and outside JSON
	Text   string
}

// A Mark says what a value is, for [Redact].
type Mark int

// The marks. A secret becomes a constant; names and content become pseudonyms.
const (
	Unmarked Mark = iota // the built-in rules decide
	MarkSecret
	MarkName
	MarkContent
)

// Redact adds a rule to those by which values are replaced while recording. It can only mark
// what would else be stored, never keep a value; the function is asked of each value alone,
// and has to answer alike for like values. What became of a value is data in the cassette, so
// nothing needs the function on replay.
func Redact(mark func(Value) Mark) Option {
	return func(o *options) { o.mark = mark }
}

// classes are the marks as redaction knows them.
func (o *options) classes() func(name, parent, text string) redact.Class {
	if o.mark == nil {
		return nil
	}
	return func(name, parent, text string) redact.Class {
		switch o.mark(Value{name, parent, text}) {
		case MarkSecret:
			return redact.Secret
		case MarkName:
			return redact.Identity
		case MarkContent:
			return redact.Content
		}
		return ""
	}
}

// service is BaseURL, understood; nil is Graph.
func (o *options) service() (*url.URL, error) {
	if o.base == "" {
		return nil, nil
	}
	u, err := url.Parse(o.base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, &fault.Error{Message: fmt.Sprintf("harness.BaseURL %q is not the address of a service", o.base), Hint: "scheme and host: http://127.0.0.1:8080"}
	}
	return u, nil
}

// project opens the project for a session, gives that its name, and says what once comes to.
func (o *options) project(s *Session, m mode) (*project.Project, mode, error) {
	if o.files != nil {
		if s.name == "" {
			s.name = nameOf(s.t.Name(), project.Dirs{})
		}
		if err := o.unpack(s.t, s.name, m); err != nil {
			return nil, "", err
		}
	}
	if m == modeReplay {
		o.dirs.Cassettes = cmp.Or(os.Getenv(cassettesEnv), o.dirs.Cassettes)
	}
	p, err := project.Open(o.dirs)
	if err != nil {
		return nil, "", err
	}
	if s.name == "" {
		s.name = nameOf(s.t.Name(), p.Dirs)
	}
	s.carrier.name = s.name
	m, err = settle(m, p, s.name)
	return p, m, err
}

// unpack lays what a session needs of a file system of cassettes into a folder of its own:
// the cassette, the rules and the salt. What is recorded goes to the folder that was named.
func (o *options) unpack(t tester, name string, m mode) error {
	file := path.Clean(name) + ".yaml"
	_, err := fs.Stat(o.files, file)
	if m == modeRecord || m == modeSpy || m == modeOnce && errors.Is(err, fs.ErrNotExist) {
		if o.dirs.Cassettes == "" {
			return &fault.Error{Message: "what lies in a harness.FS cannot be recorded", Hint: "give harness.Dir, too, which recordings go to"}
		}
		return nil
	}
	if o.dirs.Cassettes = t.TempDir(); o.dirs.Cassettes == "" {
		return errors.New("there is no temporary folder")
	}
	for _, file := range []string{file, project.RulesFile, saltfile.Name} {
		if err := copyOut(o.files, file, o.dirs.Cassettes); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("read a harness.FS: %w", err)
		}
	}
	return nil
}

func copyOut(files fs.FS, name, to string) error {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	file := filepath.Join(to, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

// longestPart is how long a part of a cassette's name may be: file systems allow 255 bytes,
// with what is added to it.
const longestPart = 120

// nameOf is the cassette of a test that names none: the test's own name, below the folder
// of its package as seen from the project. Where the cassettes lie with the package that
// folder says nothing, and is left out.
func nameOf(test string, dirs project.Dirs) string {
	parts := strings.Split(test, "/")
	for i, part := range parts {
		parts[i] = plain(part)
	}
	return path.Join(packageFolder(dirs), strings.Join(parts, "/"))
}

// packageFolder is the working directory, which is the test's package, below the project.
func packageFolder(dirs project.Dirs) string {
	here, err1 := filepath.Abs(".")
	root, err2 := filepath.Abs(dirs.Root)
	cassettes, err3 := filepath.Abs(dirs.Cassettes)
	if err1 != nil || err2 != nil || err3 != nil {
		return ""
	}
	if below, err := filepath.Rel(here, cassettes); err == nil && filepath.IsLocal(below) {
		return ""
	}
	below, err := filepath.Rel(root, here)
	if err != nil || !filepath.IsLocal(below) || below == "." {
		return ""
	}
	return filepath.ToSlash(below)
}

// plain is a part of a test's name that may be a file's on any system. Two that differ stay
// different.
func plain(part string) string {
	is := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=+,.()#@", r) || r > 0xa0 {
			return r
		}
		return '-'
	}, part)
	is = strings.Trim(is, ".")
	if len(is) > longestPart {
		is = strings.ToValidUTF8(is[:longestPart], "")
	}
	for _, end := range []string{".yaml", ".yml"} { // would be a file's name
		is = strings.TrimSuffix(is, end)
	}
	if is == part && filepath.IsLocal(part) {
		return part
	}
	sum := sha256.Sum256([]byte(part))
	return strings.TrimPrefix(is+"-"+hex.EncodeToString(sum[:4]), "-")
}
