package drift

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A Source is one side of a comparison: cassettes by name.
type Source struct {
	Name     string // as it was given
	revision string // of git; "": it is a file or folder here
	single   bool   // one file, whatever its name
	names    []string
	unread   []*project.UnreadError // folders that nothing is known of
	load     func(name string) (*cassette.Cassette, error)
	close    func() // ends what load needs until it is called again
}

// Open finds the cassettes of a source: a file, a folder, or "REVISION:PATH".
func Open(ctx context.Context, name string) (*Source, error) {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return openFolder(name)
	case err == nil:
		return Of(name, func() (*cassette.Cassette, error) { return cassette.Load(name) }), nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, &fault.Error{Message: "open " + name, Cause: err}
	}
	if revision, path, found := strings.Cut(name, ":"); found && revision != "" {
		return openRevision(ctx, revision, path)
	}
	return nil, &fault.Error{
		Message: "there is no cassette or folder " + name,
		Hint:    "name a file, a folder, or what git holds: HEAD~3:cassettes/chats",
	}
}

// Of is a source of one cassette.
func Of(name string, load func() (*cassette.Cassette, error)) *Source {
	return &Source{
		Name: name, single: true, names: []string{name}, close: func() {},
		load: func(string) (*cassette.Cassette, error) { return load() },
	}
}

func openFolder(dir string) (*Source, error) {
	s := &Source{Name: dir, close: func() {}, load: func(name string) (*cassette.Cassette, error) {
		return cassette.Load(filepath.ToSlash(filepath.Join(dir, filepath.FromSlash(name))))
	}}
	err := project.Walk(dir, func(file string) error {
		if !isCassetteName(path.Base(file)) {
			return nil
		}
		name, err := filepath.Rel(dir, file)
		s.names = append(s.names, filepath.ToSlash(name))
		return err
	})
	for _, p := range report.Problems(err) {
		var unread *project.UnreadError
		if !errors.As(p.Err, &unread) || unread.Folder == filepath.ToSlash(filepath.Clean(dir)) {
			return nil, &fault.Error{Message: "look for cassettes in " + dir, Cause: err}
		}
		s.unread = append(s.unread, unread)
	}
	slices.Sort(s.names)
	return s, nil
}

// mayHave reports whether a cassette that was not found may lie in a folder that could not
// be read.
func (s *Source) mayHave(name string) bool {
	return slices.ContainsFunc(s.unread, func(u *project.UnreadError) bool {
		return strings.HasPrefix(path.Join(filepath.ToSlash(s.Name), name), u.Folder+"/")
	})
}

// isCassetteName reports whether a file is a recording, and none of those that lie beside them.
func isCassetteName(name string) bool {
	return strings.HasSuffix(name, ".yaml") && !strings.HasPrefix(name, ".") && name != project.RulesFile && name != AcceptFile
}

// pairs are the names that both sides have, and those that one has. Two single files are a
// pair whatever they are called.
func pairs(old, new *Source) (both [][2]string, gone, come []string, err error) {
	if old.single != new.single {
		return nil, nil, nil, &fault.Error{
			Message: fmt.Sprintf("%s and %s: one is a cassette and one a folder", old.Name, new.Name),
			Hint:    "compare two cassettes or two folders",
		}
	}
	if old.single {
		return [][2]string{{old.names[0], new.names[0]}}, nil, nil, nil
	}
	if len(old.names)+len(new.names)+len(old.unread)+len(new.unread) == 0 {
		return nil, nil, nil, &fault.Error{Message: fmt.Sprintf("there are no cassettes in %s, nor in %s", old.Name, new.Name)}
	}
	for _, name := range old.names {
		if slices.Contains(new.names, name) {
			both = append(both, [2]string{name, name})
		} else if !new.mayHave(name) {
			gone = append(gone, name)
		}
	}
	for _, name := range new.names {
		if !slices.Contains(old.names, name) && !old.mayHave(name) {
			come = append(come, name)
		}
	}
	return both, gone, come, nil
}
