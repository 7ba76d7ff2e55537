package lint

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/route"
)

type kind int

const (
	isOther kind = iota // no file of ours
	isUnknown
	isScenario
	isCassette
	isSchema
	isIndex
	isRules
	isForeign // another tool's recording
	isAcceptances
)

// file is a file to lint, named as in reports.
type file struct {
	name   string
	kind   kind
	format *importer.Format // of a foreign one
}

// collect finds the files at paths, sorted, each once. Beside an error, which is of the
// paths at which there is none and of folders that cannot be read, stand the others. Nothing
// at all is an error too: what checks nothing must not read as clean.
func collect(p *project.Project, paths []string) ([]file, error) {
	given := len(paths) > 0
	if !given {
		paths = []string{p.Dirs.Cassettes, p.Dirs.Schemas, p.Dirs.Scenarios}
	}
	var files []file
	var errs []error
	for _, at := range paths {
		if !given && !exists(at) {
			continue
		}
		found, err := collectAt(p, at)
		errs = append(errs, err)
		files = append(files, found...)
	}
	if err := errors.Join(errs...); err == nil && len(files) == 0 {
		return nil, nothing(strings.Join(paths, ", "))
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return slices.CompactFunc(files, func(a, b file) bool { return a.name == b.name }), errors.Join(errs...)
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// collectAt finds the files at one path. A file that was named is a file to lint
// whatever it is; of a folder only what may be ours counts.
func collectAt(p *project.Project, at string) ([]file, error) {
	if !exists(at) {
		return byName(p, at)
	}
	var files []file
	err := project.Walk(at, func(name string) error {
		f := fileOf(p, name)
		if f.kind == isOther && name == filepath.ToSlash(filepath.Clean(at)) {
			f.kind = isUnknown
		}
		if f.kind != isOther {
			files = append(files, f)
		}
		return nil
	})
	return files, err
}

// byName finds scenarios or a cassette by a name below their folder.
func byName(p *project.Project, name string) ([]file, error) {
	var files []file
	if scenarios, err := p.Files(name); err == nil {
		for _, s := range scenarios {
			files = append(files, fileOf(p, s))
		}
	}
	if cassette, err := p.CassetteFile(name); err == nil {
		files = append(files, fileOf(p, cassette))
	}
	if len(files) == 0 {
		return nil, nothing(name)
	}
	return files, nil
}

func nothing(at string) error {
	return &fault.Error{
		Message: "nothing to lint at " + filepath.ToSlash(at),
		Hint:    "name a cassette, a scenario, a schema or a folder of them",
		Kind:    fs.ErrNotExist,
	}
}

func fileOf(p *project.Project, name string) file {
	name = filepath.ToSlash(filepath.Clean(name))
	if f := foreign(name); f != nil {
		return file{name, isForeign, f}
	}
	return file{name: name, kind: kindOf(p, name)}
}

// isOfAPI reports whether a file of JSON lies where an API's schemas do.
func isOfAPI(name string) bool {
	api := path.Base(path.Dir(name))
	return api == "v1.0" || api == "beta"
}

// foreign is the format of another tool's recording; nil for any other file. Recordings in YAML
// lie where cassettes do, and are known once no cassette can be read of them.
func foreign(name string) *importer.Format {
	if strings.EqualFold(path.Ext(name), ".har") {
		return importer.Of(importer.HAR)
	}
	if path.Ext(name) != ".json" || isOfAPI(name) {
		return nil
	}
	f, _ := importer.FormatOfFile(name) // one that cannot be read is none of ours
	return f
}

// IsScenario reports whether a file that was linted was taken for a scenario.
func IsScenario(p *project.Project, file string) bool { return kindOf(p, file) == isScenario }

// kindOf knows a file by where it lies, else by what stands in it.
func kindOf(p *project.Project, name string) kind {
	switch ext := path.Ext(name); {
	case ext == ".json" && isOfAPI(name) && path.Base(name) == route.FileName:
		return isIndex
	case ext == ".json" && isOfAPI(name):
		return isSchema
	case ext != ".yaml" && ext != ".yml":
		return isOther
	case path.Base(name) == drift.AcceptFile:
		return isAcceptances
	case name == p.Dirs.Rules || path.Base(name) == project.RulesFile:
		return isRules
	case project.IsBelow(p.Dirs.Scenarios, name):
		return isScenario
	case project.IsBelow(p.Dirs.Cassettes, name):
		return isCassette
	}
	return sniff(name)
}

// sniff looks for the top-level keys that make a scenario or a cassette. They
// stand near the top of both.
func sniff(name string) kind {
	f, err := plainfile.Open(name)
	if err != nil {
		return isScenario // whose loading says why it cannot be read
	}
	defer f.Close()
	lines := bufio.NewScanner(io.LimitReader(f, 64<<10))
	for lines.Scan() {
		switch key, _, _ := strings.Cut(lines.Text(), ":"); key {
		case "steps":
			return isScenario
		case "interactions", "http_interactions":
			return isCassette
		}
	}
	return isUnknown
}
