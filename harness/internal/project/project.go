package project

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// RulesFile is the file of the cassettes folder that holds the rules.
const RulesFile = "rules.yaml"

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
	Answers *conform.Checker // what every answer is judged by

	loaded shared
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
		Dirs: dirs, Rules: rules, Schemas: schemas, Answers: conform.New(schemas), loaded: shared{byFile: map[string]*entry{}},
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
	d.Root = CleanPath(d.Root)
	d.Cassettes = CleanPath(cmp.Or(d.Cassettes, filepath.Join(d.Root, "cassettes")))
	d.Schemas = CleanPath(cmp.Or(d.Schemas, filepath.Join(d.Root, "schemas")))
	d.Scenarios = CleanPath(cmp.Or(d.Scenarios, filepath.Join(d.Root, "scenarios")))
	d.Rules = CleanPath(cmp.Or(d.Rules, filepath.Join(d.Cassettes, RulesFile)))
	return d, nil
}

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
