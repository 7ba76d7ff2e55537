package project

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

// asideFolder holds recordings that were made to be compared, below the cassettes. It is
// hidden, so that no command takes them for cassettes, and keeps itself out of git.
const asideFolder = ".drift"

// An Aside is a recording that was made to be compared with a cassette.
type Aside struct {
	File     string // where it lies
	cassette string // what it would replace
	project  *Project
}

// RecordAside runs a scenario live and keeps the recording aside, with the pseudonyms of
// the scenario's cassette, which stays. The Aside is nil where the scenario did not pass.
func (p *Project) RecordAside(ctx context.Context, file string, live Live) (report.Case, *Aside, error) {
	sc, err := p.Scenario(file)
	if err != nil {
		return report.Case{}, nil, err
	}
	original, err := p.CassetteFile(sc.Cassette)
	if err != nil {
		return report.Case{}, nil, err
	}
	dir := filepath.Join(p.Dirs.Cassettes, asideFolder)
	err = errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("*\n"), 0o644))
	if err != nil {
		return report.Case{}, nil, notRecordable(sc.Cassette, err)
	}
	vars, err := variables(sc)
	if err != nil {
		return report.Case{}, nil, err
	}
	r, err := p.startRecording(asideFolder+"/"+sc.Cassette, original, vars, live)
	if err != nil {
		return report.Case{}, nil, err
	}
	told, saved, err := r.finish(ctx, r.run(ctx, p, sc))
	if err != nil || !saved {
		return told, nil, err
	}
	return told, &Aside{File: r.file, cassette: original, project: p}, nil
}

// Promote makes the recording the scenario's cassette, and sees that it replays.
func (a *Aside) Promote(ctx context.Context, told report.Case) (report.Case, error) {
	if err := wire.Move(a.File, a.cassette); err != nil {
		return told, fmt.Errorf("promote a recording: %w", err)
	}
	return a.project.Verified(ctx, told)
}
