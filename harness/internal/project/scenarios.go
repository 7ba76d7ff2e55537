package project

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
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
		found, err := p.Dirs.filesAt(path)
		if err != nil {
			errs = append(errs, err)
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	return slices.Compact(files), errors.Join(errs...)
}

func (d Dirs) filesAt(path string) ([]string, error) {
	candidates := []string{path}
	if local := filepath.FromSlash(path); filepath.IsLocal(local) {
		below := filepath.Join(d.Scenarios, local)
		candidates = append(candidates, below, below+".yaml")
	}
	for _, at := range candidates {
		info, err := os.Stat(at)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, fmt.Errorf("find scenarios: %w", err)
		case !info.IsDir():
			return []string{CleanPath(at)}, nil
		}
		files, err := YAMLFiles(at)
		if err == nil && len(files) == 0 {
			err = &fault.Error{
				Message: fmt.Sprintf("no scenarios in %s", CleanPath(at)),
				Hint:    "graphvcr new scenario NAME writes a first one",
			}
		}
		return files, err
	}
	return nil, d.missingScenario(path)
}

func (d Dirs) missingScenario(path string) error {
	if CleanPath(path) == d.Scenarios {
		return &fault.Error{
			Message: fmt.Sprintf("there is no folder %s", d.Scenarios),
			Hint:    "graphvcr new scenario NAME writes a first scenario there; --scenarios names another folder",
			Kind:    fs.ErrNotExist,
		}
	}
	e := &fault.Error{
		Message: fmt.Sprintf("no scenario at %s", CleanPath(path)),
		Hint:    fmt.Sprintf("scenarios are looked for in %s; pass another folder with --scenarios", d.Scenarios),
		Kind:    fs.ErrNotExist,
	}
	files, _ := YAMLFiles(d.Scenarios)
	known := slices.Clone(files)
	for _, file := range files {
		known = append(known, NameBelow(d.Scenarios, file))
	}
	if near := fault.Meant(CleanPath(path), known); near != "" {
		e.Hint = near
	} else if near := d.elsewhere(path, files); len(near) > 0 {
		e.Hint = fault.DidYouMean(near...)
	}
	return e
}

// mostNear is how many scenarios are named where one was not found.
const mostNear = 3

// elsewhere are the scenarios in other folders whose own names are like that of a path.
func (d Dirs) elsewhere(path string, files []string) []string {
	base := NameBelow("", filepath.Base(path))
	names, bases := map[string][]string{}, []string{}
	for _, file := range files {
		name := NameBelow(d.Scenarios, file)
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

// Scenario loads a scenario file. Where the file gives itself no name, or names no
// cassette, that is the path below the scenarios folder.
func (p *Project) Scenario(file string) (*scenario.Scenario, error) {
	sc, err := scenario.Load(file)
	if err != nil {
		return nil, err
	}
	if rel, err := relative(p.Dirs.Scenarios, file); err == nil && filepath.IsLocal(rel) {
		// A file's own name may well repeat in other folders.
		if name := NameBelow("", rel); sc.Name == filepath.Base(name) {
			sc.Name = name
		}
	}
	if sc.Cassette == "" {
		if sc.Cassette, err = p.Dirs.defaultCassette(file); err != nil {
			return nil, err
		}
	}
	return sc, nil
}

func (d Dirs) defaultCassette(file string) (string, error) {
	rel, err := relative(d.Scenarios, file)
	if err != nil {
		return "", fmt.Errorf("name the cassette of %s: %w", file, err)
	}
	name := NameBelow("", rel)
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", &fault.Error{
			Place:   fault.Place(report.Place{File: file}),
			Message: fmt.Sprintf("lies outside the scenarios folder %s, so that no cassette goes with it", d.Scenarios),
			Hint:    "pass its folder with --scenarios (and --cassettes), or name a cassette with the cassette: key",
		}
	}
	return name, nil
}

// OwnsCassette reports whether a scenario's cassette is the one that goes with it by name.
func (p *Project) OwnsCassette(sc *scenario.Scenario) bool {
	name, err := p.Dirs.defaultCassette(sc.File)
	return err == nil && name == sc.Cassette
}

// UsersOf lists the files of the scenarios that use a cassette; those that are known to may lie
// anywhere.
func (p *Project) UsersOf(cassette string, known ...string) []string {
	files, _ := YAMLFiles(p.Dirs.Scenarios) // none where there is no such folder
	return slices.DeleteFunc(append(files, known...), func(file string) bool { return !p.uses(file, cassette) })
}

// OthersOf lists the files of other scenarios that use a scenario's cassette.
func (p *Project) OthersOf(sc *scenario.Scenario) []string {
	files, _ := YAMLFiles(p.Dirs.Scenarios)
	return slices.DeleteFunc(files, func(file string) bool { return sameFile(file, sc.File) || !p.uses(file, sc.Cassette) })
}

func sameFile(a, b string) bool {
	one, err1 := os.Stat(a)
	other, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, other)
}

func (p *Project) uses(file, cassette string) bool {
	if !p.Dirs.mayUse(file, cassette) {
		return false
	}
	sc, err := p.Scenario(file)
	return err == nil && sc.Cassette == cassette
}

// mayUse reports whether a scenario may use a cassette: the one that goes with its file by
// name, or another, which the file would name. It costs no parsing: users are looked for as
// often as there are scenarios to record.
func (d Dirs) mayUse(file, cassette string) bool {
	if name, err := d.defaultCassette(file); err != nil || name == cassette {
		return true
	}
	if info, err := os.Stat(file); err != nil || info.Size() > scenario.MaxSize {
		return false // it does not load
	}
	text, err := plainfile.ReadFile(file)
	return err == nil && (bytes.Contains(text, []byte("cassette")) || bytes.ContainsRune(text, '\\')) // perhaps of that word
}
