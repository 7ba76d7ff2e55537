package project

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/match"
)

// tape is a cassette that is ready to be replayed.
type tape struct {
	cassette *cassette.Cassette
	index    *match.Index
}

// shelf loads every cassette once for all who use it at a time, and forgets it
// when the last of them is done, so that memory does not grow with the project.
type shelf struct {
	dir   string // the cassettes folder, below which a cassette gets its name
	mu    sync.Mutex
	slots map[string]*slot
}

type slot struct {
	users int // guarded by the shelf's mu
	load  sync.Once
	tape  *tape
	err   error
}

// reserve announces one user of a file. The release must be called once.
func (s *shelf) reserve(file string) (sl *slot, release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sl = s.slots[file]
	if sl == nil {
		sl = &slot{}
		if s.slots == nil {
			s.slots = map[string]*slot{}
		}
		s.slots[file] = sl
	}
	sl.users++
	return sl, func() { s.release(file, sl) }
}

func (s *shelf) release(file string, sl *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sl.users--; sl.users == 0 {
		delete(s.slots, file)
	}
}

// take loads a file, or joins those who have it.
func (s *shelf) take(file string, rules match.Rules) (*tape, func(), error) {
	sl, release := s.reserve(file)
	t, err := sl.get(s.dir, file, rules)
	if err != nil {
		release()
		return nil, nil, err
	}
	return t, release, nil
}

func (sl *slot) get(dir, file string, rules match.Rules) (*tape, error) {
	sl.load.Do(func() { sl.tape, sl.err = loadTape(dir, file, rules) })
	return sl.tape, sl.err
}

func loadTape(dir, file string, rules match.Rules) (*tape, error) {
	c, err := cassette.Load(file)
	if err != nil {
		return nil, err
	}
	c.Name = nameBelow(dir, file)
	index, err := match.NewIndex(rules, c)
	if err != nil {
		return nil, err
	}
	return &tape{cassette: c, index: index}, nil
}

// missingCassette explains a name that no file has.
func (p *Project) missingCassette(name, file string) error {
	e := &fault.Error{
		Message: fmt.Sprintf("there is no cassette %q: no file %s", name, file),
		Hint:    "import or record it, or name another",
		Kind:    fs.ErrNotExist,
	}
	if left := journal.Of(file); isFile(left) {
		e.Hint = "a recording was cut short and left " + left + ": graphvcr record --recover makes a cassette of it"
		return e
	}
	if near := fault.Meant(name, p.cassetteNames()); near != "" {
		e.Hint = near
	}
	return e
}

// cassetteNames lists the names of all cassettes, as far as the folder can be read.
func (p *Project) cassetteNames() []string {
	files, _ := walkYAML(p.Dirs.Cassettes)
	var names []string
	for _, file := range files {
		if file != p.Dirs.Rules {
			names = append(names, nameBelow(p.Dirs.Cassettes, file))
		}
	}
	return names
}

// nameBelow is a file's path below dir without its extension.
func nameBelow(dir, file string) string {
	rel, err := filepath.Rel(dir, file)
	if err != nil {
		rel = file
	}
	return filepath.ToSlash(strings.TrimSuffix(rel, filepath.Ext(rel)))
}
