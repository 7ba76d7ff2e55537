package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/match"
)

// A Loaded is a cassette that is ready to be replayed.
type Loaded struct {
	Cassette *cassette.Cassette
	Index    *match.Index
}

// Cassette loads a cassette by name (its path under the cassettes folder without
// .yaml) or by the path of a file. A name cannot leave the cassettes folder.
func (p *Project) Cassette(name string) (*cassette.Cassette, error) {
	l, release, err := p.Load(name)
	if err != nil {
		return nil, err
	}
	release()
	return l.Cassette, nil
}

// Load loads a cassette, or joins those who have it until they release it.
func (p *Project) Load(name string) (l *Loaded, release func(), err error) {
	file := CleanPath(name)
	if !IsYAML(file) || !isFile(file) {
		if file, err = p.CassetteFile(name); err != nil {
			return nil, nil, err
		}
	}
	load, release := p.Reserve(file)
	if l, err = load(); err != nil {
		release()
		return nil, nil, err
	}
	return l, release, nil
}

// Reserve announces a user of a cassette's file, who may load it later. Whoever has the file
// at a time shares what was loaded of it. The release must be called once.
func (p *Project) Reserve(file string) (load func() (*Loaded, error), release func()) {
	e := p.loaded.reserve(file)
	load = func() (*Loaded, error) {
		e.once.Do(func() { e.loaded, e.err = loadCassette(p.Dirs.Cassettes, file, p.Rules.Match) })
		return e.loaded, e.err
	}
	return load, func() { p.loaded.release(file, e) }
}

// CassetteFile finds the file of a cassette's name inside the cassettes folder.
func (p *Project) CassetteFile(name string) (string, error) {
	local := filepath.FromSlash(name)
	if !filepath.IsLocal(local) {
		return "", &fault.Error{
			Message: fmt.Sprintf("cassette %q lies outside the cassettes folder %s", name, p.Dirs.Cassettes),
			Hint:    "name it by its path below that folder, without .yaml, or pass another folder with --cassettes",
		}
	}
	root, err := os.OpenRoot(p.Dirs.Cassettes)
	if errors.Is(err, fs.ErrNotExist) {
		return "", &fault.Error{
			Message: fmt.Sprintf("there is no cassette %q: no folder %s", name, p.Dirs.Cassettes),
			Hint:    "import or record it, or pass the folder of cassettes with --cassettes",
			Kind:    err,
		}
	} else if err != nil {
		return "", &fault.Error{
			Message: fmt.Sprintf("open the cassettes folder of cassette %q", name),
			Hint:    "pass the folder with --cassettes",
			Cause:   err,
		}
	}
	defer root.Close()
	if !IsYAML(local) {
		local += ".yaml"
	}
	file := CleanPath(filepath.Join(p.Dirs.Cassettes, local))
	if _, err := root.Stat(local); errors.Is(err, fs.ErrNotExist) {
		return "", p.Dirs.missingCassette(name, file)
	} else if err != nil {
		return "", &fault.Error{Message: fmt.Sprintf("open cassette %q", name), Cause: err}
	}
	return file, nil
}

// shared are the cassettes that are in use. Each is forgotten when the last of its users is
// done, so that memory does not grow with the project.
type shared struct {
	mu     sync.Mutex
	byFile map[string]*entry
}

type entry struct {
	users  int // guarded by mu of shared
	once   sync.Once
	loaded *Loaded
	err    error
}

func (s *shared) reserve(file string) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.byFile[file]
	if e == nil {
		e = &entry{}
		s.byFile[file] = e
	}
	e.users++
	return e
}

func (s *shared) release(file string, e *entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.users--; e.users == 0 {
		delete(s.byFile, file)
	}
}

func loadCassette(dir, file string, rules match.Rules) (*Loaded, error) {
	c, err := cassette.Load(file)
	if err != nil {
		return nil, err
	}
	c.Name = NameBelow(dir, file)
	for n, i := range c.Interactions {
		if err := i.Unsendable(); err != nil {
			return nil, fault.Load(file, i.Line, n, err.Error(), "correct it or remove it; of a header that came several times the values are a list")
		}
	}
	index, err := match.NewIndex(rules, c)
	if err != nil {
		return nil, err
	}
	return &Loaded{Cassette: c, Index: index}, nil
}

// missingCassette explains a name that no file has.
func (d Dirs) missingCassette(name, file string) error {
	e := &fault.Error{
		Message: fmt.Sprintf("there is no cassette %q: no file %s", name, file),
		Hint:    "import or record it, or name another",
		Kind:    fs.ErrNotExist,
	}
	if left := journal.Of(file); isFile(left) {
		e.Hint = "a recording was cut short and left " + left + ": graphvcr record --recover makes a cassette of it"
		return e
	}
	if near := fault.Meant(name, d.cassetteNames()); near != "" {
		e.Hint = near
	}
	return e
}

// cassetteNames lists the names of all cassettes, as far as the folder can be read.
func (d Dirs) cassetteNames() []string {
	files, _ := YAMLFiles(d.Cassettes)
	var names []string
	for _, file := range files {
		if file != d.Rules {
			names = append(names, NameBelow(d.Cassettes, file))
		}
	}
	return names
}

// CassetteFiles are the files of cassettes at paths: a file, a folder or a cassette's name.
// Beside an error, about the paths at which there is none and of folders that
// cannot be read, stand those of the others.
func (p *Project) CassetteFiles(paths ...string) ([]string, error) {
	var files []string
	var errs []error
	for _, at := range paths {
		found, err := YAMLFiles(at)
		var unread *UnreadError
		if len(found) > 0 || errors.As(err, &unread) {
			errs = append(errs, err)
			for _, file := range found {
				if !strings.HasSuffix(file, "/"+RulesFile) && file != p.Dirs.Rules {
					files = append(files, file)
				}
			}
			continue
		}
		file, err := p.CassetteFile(at)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		files = append(files, file)
	}
	slices.Sort(files)
	return slices.Compact(files), errors.Join(errs...)
}
