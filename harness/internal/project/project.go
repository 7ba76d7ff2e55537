package project

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// Dirs says where things lie. The zero value of a field is its default below Root.
type Dirs struct {
	Root      string // default: the nearest folder upward that has a go.mod and scenarios, else the working directory
	Cassettes string // default: Root/cassettes
	Schemas   string // default: Root/schemas
	Scenarios string // default: Root/scenarios
	Rules     string // default: Cassettes/rules.yaml, which may be absent
}

// Project is a set of folders, opened.
type Project struct {
	Dirs    Dirs
	Rules   Rules
	Schemas *schema.Set
	Answers *conform.Checker  // what every answer is judged by
	Now     func() time.Time  // by which recordings expire; nil is time.Now
	Playing transport.Options // how a client's requests are answered, scenarios aside

	tapes shelf
}

// Open fills in defaults and reads the rules.
func Open(dirs Dirs) (*Project, error) {
	namedRules := dirs.Rules != ""
	dirs, err := dirs.resolve()
	if err != nil {
		return nil, err
	}
	rules, err := LoadRules(dirs.Rules)
	if errors.Is(err, fs.ErrNotExist) && !namedRules {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	schemas, err := schema.Open(dirs.Schemas)
	if err != nil {
		return nil, err
	}
	return &Project{
		Dirs: dirs, Rules: rules, Schemas: schemas, Answers: conform.New(schemas),
		tapes: shelf{dir: dirs.Cassettes},
	}, nil
}

// resolve fills in defaults. Names are relative to the working directory where
// that is how they came, so that they read, and open, as the user would type them.
func (d Dirs) resolve() (Dirs, error) {
	if d.Root == "" {
		root, err := findRoot()
		if err != nil {
			return Dirs{}, fmt.Errorf("find the project: %w", err)
		}
		d.Root = root
	}
	d.Root = clean(d.Root)
	d.Cassettes = clean(cmp.Or(d.Cassettes, filepath.Join(d.Root, "cassettes")))
	d.Schemas = clean(cmp.Or(d.Schemas, filepath.Join(d.Root, "schemas")))
	d.Scenarios = clean(cmp.Or(d.Scenarios, filepath.Join(d.Root, "scenarios")))
	d.Rules = clean(cmp.Or(d.Rules, filepath.Join(d.Cassettes, "rules.yaml")))
	return d, nil
}

// clean gives one spelling to a name: with slashes, on Windows too, so that
// reports are the same everywhere.
func clean(name string) string { return filepath.ToSlash(filepath.Clean(name)) }

// findRoot looks upward from the working directory, for a module with scenarios, else
// for the nearest folder with scenarios or cassettes within the git repository, else for
// the module, where the first cassette is to lie. The answer is relative to the working directory.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	nearest, ofModule, within := "", "", true
	for up := "."; ; up = filepath.Join(up, "..") {
		hasScenarios, isModule := isDir(filepath.Join(dir, "scenarios")), isFile(filepath.Join(dir, "go.mod"))
		if hasScenarios && isModule {
			return up, nil
		}
		if within && ofModule == "" && isModule {
			ofModule = up
		}
		if within && nearest == "" && (hasScenarios || isDir(filepath.Join(dir, "cassettes"))) {
			nearest = up
		}
		within = within && !exists(filepath.Join(dir, ".git"))
		parent := filepath.Dir(dir)
		if parent == dir {
			return cmp.Or(nearest, ofModule, "."), nil
		}
		dir = parent
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}

// Cassette loads a cassette by name (its path under the cassettes folder without
// .yaml) or by the path of a file. A name cannot leave the cassettes folder.
func (p *Project) Cassette(name string) (*cassette.Cassette, error) {
	t, err := p.tape(name)
	if err != nil {
		return nil, err
	}
	return t.cassette, nil
}

func (p *Project) tape(name string) (*tape, error) {
	t, release, err := p.take(name)
	if err != nil {
		return nil, err
	}
	release()
	return t, nil
}

// take loads a cassette, or joins those who have it until they release it.
func (p *Project) take(name string) (t *tape, release func(), err error) {
	file := clean(name)
	if !isYAML(file) || !isFile(file) {
		if file, err = p.CassetteFile(name); err != nil {
			return nil, nil, err
		}
	}
	return p.tapes.take(file, p.Rules.Match)
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
	if !isYAML(local) {
		local += ".yaml"
	}
	file := clean(filepath.Join(p.Dirs.Cassettes, local))
	if _, err := root.Stat(local); errors.Is(err, fs.ErrNotExist) {
		return "", p.missingCassette(name, file)
	} else if err != nil {
		return "", &fault.Error{Message: fmt.Sprintf("open cassette %q", name), Cause: err}
	}
	return file, nil
}

// isYAML reports whether the name is that of a YAML file.
func isYAML(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}
