package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Files finds the scenario files at paths: a file, a folder with all below it, or
// a name below the scenarios folder with or without .yaml. No paths are all
// scenarios. The files come sorted, each once.
func (p *Project) Files(paths ...string) ([]string, error) {
	if len(paths) == 0 {
		paths = []string{p.Dirs.Scenarios}
	}
	var files []string
	var errs []error
	for _, path := range paths {
		found, err := p.filesAt(path)
		if err != nil {
			errs = append(errs, err)
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	return slices.Compact(files), errors.Join(errs...)
}

func (p *Project) filesAt(path string) ([]string, error) {
	for _, at := range p.candidates(path) {
		info, err := os.Stat(at)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, fmt.Errorf("find scenarios: %w", err)
		case !info.IsDir():
			return []string{clean(at)}, nil
		}
		files, err := walkYAML(at)
		if err == nil && len(files) == 0 {
			err = &fault.Error{
				Message: fmt.Sprintf("no scenarios in %s", clean(at)),
				Hint:    "graphvcr new scenario NAME writes a first one",
			}
		}
		return files, err
	}
	return nil, p.missingScenario(path)
}

// candidates are the places where a path may lie, the first that exists counts.
func (p *Project) candidates(path string) []string {
	at := []string{path}
	if local := filepath.FromSlash(path); filepath.IsLocal(local) {
		below := filepath.Join(p.Dirs.Scenarios, local)
		at = append(at, below, below+".yaml")
	}
	return at
}

func (p *Project) missingScenario(path string) error {
	if clean(path) == p.Dirs.Scenarios {
		return &fault.Error{
			Message: fmt.Sprintf("there is no folder %s", p.Dirs.Scenarios),
			Hint:    "graphvcr new scenario NAME writes a first scenario there; --scenarios names another folder",
			Kind:    fs.ErrNotExist,
		}
	}
	e := &fault.Error{
		Message: fmt.Sprintf("no scenario at %s", clean(path)),
		Hint:    fmt.Sprintf("scenarios are looked for in %s; pass another folder with --scenarios", p.Dirs.Scenarios),
		Kind:    fs.ErrNotExist,
	}
	files, _ := walkYAML(p.Dirs.Scenarios)
	known := slices.Clone(files)
	for _, file := range files {
		known = append(known, nameBelow(p.Dirs.Scenarios, file))
	}
	if near := fault.Meant(clean(path), known); near != "" {
		e.Hint = near
	} else if near := p.elsewhere(path, files); len(near) > 0 {
		e.Hint = fault.DidYouMean(near...)
	}
	return e
}

// mostNear is how many scenarios are named where one was not found.
const mostNear = 3

// elsewhere are the scenarios in other folders whose own names are like that of a path.
func (p *Project) elsewhere(path string, files []string) []string {
	base := nameBelow("", filepath.Base(path))
	names, bases := map[string][]string{}, []string{}
	for _, file := range files {
		name := nameBelow(p.Dirs.Scenarios, file)
		own := filepath.Base(name)
		if names[own] == nil {
			bases = append(bases, own)
		}
		names[own] = append(names[own], name)
	}
	near := names[base]
	if near == nil {
		near = names[fault.Nearest(base, bases)]
	}
	return near[:min(len(near), mostNear)]
}

// Walk calls visit for every file below a folder, and for a path that is a file.
// Hidden files and folders are left out, unless the path names one. A link to a
// folder stands for the folder where the path is the link, and nowhere below it.
//
// A folder that cannot be read costs what lies in it: all else is visited, and then each
// is an *UnreadError among the joined ones that are returned.
func Walk(path string, visit func(file string) error) error {
	root := path
	if isDir(path) {
		root += string(filepath.Separator) + "." // looks through a link
	}
	var unread []error
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && entry != nil && entry.IsDir():
			unread = append(unread, &UnreadError{clean(name), err})
			return fs.SkipDir
		case err != nil:
			return err
		case name != root && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case !entry.IsDir():
			return visit(clean(name))
		}
		return nil
	})
	return errors.Join(append(unread, err)...)
}

// UnreadError is a folder that could not be looked into.
type UnreadError struct {
	Folder string
	Err    error
}

func (e *UnreadError) Error() string { return e.Unwrap().Error() }

// Unwrap is the fault, with what to do about it.
func (e *UnreadError) Unwrap() error {
	return &fault.Error{Message: "look into " + e.Folder, Hint: "check its permissions; what lies in it is left out", Cause: cause(e.Err)}
}

// cause is what a system call said, without the path that is told beside it.
func cause(err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// walkYAML lists the YAML files below a folder, sorted, also beside an error as Walk's.
func walkYAML(dir string) ([]string, error) {
	var files []string
	err := Walk(dir, func(file string) error {
		if isYAML(file) {
			files = append(files, file)
		}
		return nil
	})
	slices.Sort(files)
	return files, err
}

// Scenario loads a scenario file. Where the file gives itself no name, or names no
// cassette, that is the path below the scenarios folder.
func (p *Project) Scenario(file string) (*scenario.Scenario, error) {
	sc, err := scenario.Load(file)
	if err != nil {
		return nil, err
	}
	if rel, err := relative(p.Dirs.Scenarios, file); err == nil && filepath.IsLocal(rel) {
		// A file's own name may well repeat in other folders.
		if name := nameBelow("", rel); sc.Name == filepath.Base(name) {
			sc.Name = name
		}
	}
	if sc.Cassette == "" {
		if sc.Cassette, err = p.defaultCassette(file); err != nil {
			return nil, err
		}
	}
	return sc, nil
}

// relative is a file's path from a folder.
func relative(dir, file string) (string, error) {
	absDir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	absFile, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	return filepath.Rel(absDir, absFile)
}

func (p *Project) defaultCassette(file string) (string, error) {
	rel, err := relative(p.Dirs.Scenarios, file)
	if err != nil {
		return "", fmt.Errorf("name the cassette of %s: %w", file, err)
	}
	name := nameBelow("", rel)
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", &fault.Error{
			Place:   fault.Place(report.Place{File: file}),
			Message: fmt.Sprintf("lies outside the scenarios folder %s, so that no cassette goes with it", p.Dirs.Scenarios),
			Hint:    "pass its folder with --scenarios (and --cassettes), or name a cassette with the cassette: key",
		}
	}
	return name, nil
}
