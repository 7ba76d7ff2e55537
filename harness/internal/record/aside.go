package record

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

// asideFolder holds recordings that were made to be compared, below the cassettes. It is
// hidden, so that no command takes them for cassettes, and keeps itself out of git.
const asideFolder = ".drift"

// An Aside is a recording that was made to be compared with a cassette.
type Aside struct {
	Name     string // of the cassette that it would replace
	File     string // where it lies
	Passed   bool   // whether the scenario passed while it was recorded
	Cassette string // the file of the cassette
	project  *project.Project
}

// ScenarioAside runs a scenario live and keeps the recording aside, with the pseudonyms of
// the scenario's cassette, which stays. Whether the scenario passed does not matter: what
// was exchanged can be compared. The Aside is nil where nothing was, or where the service
// answered nothing but 401, which says something of the token and nothing of the API.
func ScenarioAside(ctx context.Context, p *project.Project, sc *scenario.Scenario, live Live) (report.Case, *Aside, error) {
	original, err := p.CassetteFile(sc.Cassette)
	if err != nil {
		return report.Case{}, nil, err
	}
	dir := filepath.Join(p.Dirs.Cassettes, asideFolder)
	err = errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("*\n"), 0o644))
	if err != nil {
		return report.Case{}, nil, notRecordable(sc.Cassette, err)
	}
	vars, err := valuesOf(sc)
	if err != nil {
		return report.Case{}, nil, err
	}
	r, err := start(p, asideFolder+"/"+sc.Cassette, original, vars, live)
	if err != nil {
		return report.Case{}, nil, err
	}
	result := run(ctx, p, sc, r)
	a := &Aside{Name: sc.Cassette, File: r.file, Passed: passed(result), Cassette: original, project: p}
	result, saved, err := r.conclude(ctx, result, r.recorder.Len() > 0 && r.admitted.Load() > 0)
	if err != nil || !saved {
		return result, nil, err
	}
	return result, a, nil
}

// Asides are the recordings that lie aside, of the named cassettes or of all, sorted.
func Asides(p *project.Project, names ...string) ([]*Aside, error) {
	dir := filepath.Join(p.Dirs.Cassettes, asideFolder)
	files, err := project.YAMLFiles(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look for recordings kept aside: %w", err)
	}
	var all []*Aside
	for _, file := range files {
		name := project.NameBelow(project.CleanPath(dir), file)
		if len(names) == 0 || slices.Contains(names, name) {
			all = append(all, &Aside{Name: name, File: file, Passed: true, Cassette: project.CleanPath(filepath.Join(p.Dirs.Cassettes, name+".yaml")), project: p})
		}
	}
	return all, nil
}

// Complete puts a cassette that has all that the recording lacks in its place.
func (a *Aside) Complete(c *cassette.Cassette) error { return c.Save(a.File, a.project.Guard) }

// Discard removes the recording; the cassette stays.
func (a *Aside) Discard() error { return os.Remove(a.File) }

// Promote makes the recording the scenario's cassette, and sees that it replays.
func (a *Aside) Promote(ctx context.Context, result report.Case) (report.Case, error) {
	if err := wire.Move(a.File, a.Cassette); err != nil {
		return result, fmt.Errorf("promote a recording: %w", err)
	}
	return a.replayed(ctx, result)
}

// Rewrite makes a cassette of which only parts are the recording's the scenario's, and sees
// that it replays; the recording stays aside.
func (a *Aside) Rewrite(ctx context.Context, c *cassette.Cassette, result report.Case) (report.Case, error) {
	if err := c.Save(a.Cassette, a.project.Guard); err != nil {
		return result, err
	}
	return a.replayed(ctx, result)
}

func (a *Aside) replayed(ctx context.Context, result report.Case) (report.Case, error) {
	found, err := replayed(ctx, a.project, a.project.UsersOf(a.Name, result.File))
	result.Findings = append(result.Findings, found...)
	return result, err
}
