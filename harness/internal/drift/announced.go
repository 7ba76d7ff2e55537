package drift

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/metadiff"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// Announcements are the changes that Microsoft's changelog announces, by the names of what
// they are about (microsoft-graph-docs-contrib, changelog/*.json).
type Announcements struct {
	byName map[string][]announcement // what changed, in lower case
}

type announcement struct {
	kind, version, date, text string
	targets                   []string // what it is of, in lower case
}

type changelog struct {
	Entries *[]struct {
		Changes []struct {
			Name   string `json:"ChangedApiName"`
			Kind   string `json:"ChangeType"`
			Text   string `json:"Description"`
			Target string `json:"Target"`
		} `json:"ChangeList"`
		Version string `json:"Version"`
		Created string `json:"CreatedDateTime"`
	} `json:"changelog"`
}

const changelogAdvice = "the changelog is changelog/*.json of github.com/microsoftgraph/microsoft-graph-docs-contrib"

// LoadAnnouncements reads files of the changelog, or folders of them, as far as they are of a
// version of the API ("": any). A file that cannot be read is an error of those that are
// joined, and the others count.
func LoadAnnouncements(version string, paths ...string) (*Announcements, error) {
	a := &Announcements{map[string][]announcement{}}
	var errs []error
	for _, path := range paths {
		files, err := changelogFiles(path)
		if err != nil {
			errs = append(errs, err)
		}
		for _, file := range files {
			if err := a.load(file, version); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return a, errors.Join(errs...)
}

func changelogFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, &fault.Error{Message: "read the changelog " + path, Cause: fault.Reason(err), Hint: changelogAdvice}
	}
	if !info.IsDir() {
		return []string{filepath.ToSlash(path)}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, &fault.Error{Message: "read the changelog " + path, Cause: fault.Reason(err)}
	}
	var files []string
	for _, e := range entries {
		name := e.Name()
		if e.Type()&fs.ModeDir == 0 && strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, "Schema.json") {
			files = append(files, filepath.ToSlash(filepath.Join(path, name)))
		}
	}
	if len(files) == 0 {
		return nil, &fault.Error{Message: "there is no changelog in " + path, Hint: changelogAdvice}
	}
	return files, nil
}

const readingChangelog = "read the changelog"

func (a *Announcements) load(file, version string) error {
	text, err := plainfile.ReadFile(file)
	if err != nil {
		return &fault.Error{Message: readingChangelog + " " + file, Cause: fault.Reason(err)}
	}
	var log changelog
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var misread *jsondoc.ReadError
	if errors.As(jsondoc.Unmarshal(text, &log), &misread) {
		return fault.In(readingChangelog, file, misread.Line, misread.Message, changelogAdvice)
	}
	if log.Entries == nil {
		return fault.In(readingChangelog, file, 1, `no changelog: there is no member "changelog"`, changelogAdvice)
	}
	for _, e := range *log.Entries {
		if version != "" && e.Version != "" && !strings.EqualFold(e.Version, version) {
			continue
		}
		for _, c := range e.Changes {
			date, _, _ := strings.Cut(e.Created, "T")
			targets := names(c.Target)
			for _, name := range names(c.Name) {
				a.byName[name] = append(a.byName[name], announcement{c.Kind, e.Version, date, c.Text, targets})
			}
		}
	}
	return nil
}

// names reads "ediscoveryCase,reviewSet": short names in lower case.
func names(text string) []string {
	var all []string
	for name := range strings.SplitSeq(strings.ToLower(text), ",") {
		if name = shortName(strings.TrimSpace(name)); name != "" {
			all = append(all, name)
		}
	}
	return all
}

func shortName(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// details says who announced a change; the latest says it.
func (a *Announcements) details(c *metadiff.Change) string {
	if a == nil {
		return ""
	}
	places := append([]metadiff.Place{c.Place}, c.Also...)
	for _, name := range c.Carries {
		places = append(places, metadiff.Place{Kind: metadiff.Type, Type: name})
	}
	var latest *announcement
	for _, at := range places {
		for _, name := range names(cmp.Or(at.Name, at.Type)) {
			for i := range a.byName[name] {
				said := &a.byName[name][i]
				if said.isOf(c.Rule, at) && (latest == nil || said.date > latest.date) {
					latest = said
				}
			}
		}
		if latest != nil {
			return "\nannounced " + latest.date + ": " + fault.Clip(strings.Join(strings.Fields(latest.text), " "), longestText)
		}
	}
	return "\nnobody announced it"
}

// longestText bounds what is quoted of an announcement.
const longestText = 200

// isOf reports whether an announcement of the name of a place is of that place, and of such a
// change: what is gone was deleted, what is new added; a change may be anything.
func (a *announcement) isOf(rule diff.ID, at metadiff.Place) bool {
	kinds := []string{"Change"}
	switch rule {
	case diff.PropertyLost, metadiff.PathLost, metadiff.OperationLost, metadiff.TypeLost, diff.EnumGone, diff.RequestLost:
		kinds = append(kinds, "Deletion")
	case diff.PropertyAdded, metadiff.PathAdded, metadiff.OperationAdded, metadiff.TypeAdded, diff.EnumNew, diff.RequestAdded:
		kinds = append(kinds, "Addition")
	case metadiff.DeprecationAdded:
		kinds = append(kinds, "Deprecation", "Deletion")
	default:
		kinds = append(kinds, "Addition", "Deletion")
	}
	isKind := slices.ContainsFunc(kinds, func(kind string) bool { return strings.EqualFold(kind, a.kind) })
	owner := strings.ToLower(shortName(at.Type))
	return isKind && (len(a.targets) == 0 || at.Type == "" || at.Name == "" || slices.Contains(a.targets, owner))
}
