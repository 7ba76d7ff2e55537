package record

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/journal"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
	"github.com/graphvcr/graphvcr/harness/report"
)

// ErrNothing is wrapped by the error of a journal that holds no whole interaction.
var ErrNothing = errors.New("no whole interaction")

// Recover makes a cassette of a journal that an interrupted recording left: x.yaml
// where there is none, else x.recovered.yaml. What the journal's end lost is a warning.
// It streams: whatever the journal's size, a few interactions are in memory.
func Recover(p *project.Project, name string) (report.Case, error) {
	file, _ := cassetteOf(project.CleanPath(name))
	result := report.Case{Name: file, File: project.CleanPath(name)}
	j, torn, err := journal.Open(name)
	if err != nil {
		return result, err
	}
	defer j.Close()
	wire.RemoveStale(file)
	all, retried := j.Len()
	if torn != nil {
		message := fmt.Sprintf("%d bytes after %d whole interactions were half written and are lost", torn.Bytes, torn.After)
		if torn.Behind > 0 {
			message = fmt.Sprintf("%d bytes after the first %d interactions are damaged, and were skipped: %d more were read after them; the journal stays as %s", torn.Bytes, torn.After, torn.Behind, result.File+journal.Damaged)
		}
		result.Findings = append(result.Findings, report.Finding{Rule: ruleRecordTorn, Severity: report.Warning, Place: report.Place{File: result.File}, Message: message})
	}
	if all == retried { // nothing but the torn end
		return result, errors.Join(&fault.Error{Message: "it held no whole interaction to make a cassette of, and was removed", Hint: "record it again", Kind: ErrNothing}, j.Remove())
	}
	if _, err := os.Lstat(file); err == nil {
		file = strings.TrimSuffix(file, ".yaml") + ".recovered.yaml"
	}
	meta := cassette.Meta{Origin: cassette.Recorded, Source: "recovered from an interrupted recording"}
	if info, err := os.Stat(name); err == nil {
		meta.RecordedAt = info.ModTime().UTC().Truncate(time.Second)
	}
	left, err := saveJournal(p, j, file, meta)
	if err != nil {
		return result, err
	}
	result.Findings = append(result.Findings, leftOut(result.File, left)...)
	result.Name = fmt.Sprintf("%s (%d interactions)", file, all-retried-len(left))
	if torn != nil && torn.Behind > 0 {
		return result, j.SetAside()
	}
	return result, j.Remove()
}

// saveJournal makes a cassette of a journal of which nothing else is known. What it holds
// is final: it was redacted before it was appended.
func saveJournal(p *project.Project, j *journal.Journal, file string, meta cassette.Meta) ([]journal.LeftOut, error) {
	salt, err := saltOf(p, j, file)
	if err != nil {
		return nil, err
	}
	r, err := redact.New(p.Rules.Redact, redact.Options{Salt: salt})
	if err != nil {
		return nil, err
	}
	meta.Redacted = []string{string(redact.Secret)} // in any order: Meta sorts them
	for class, is := range map[redact.Class]redact.Switch{redact.Identity: p.Rules.Redact.Identity, redact.Content: p.Rules.Redact.Content, redact.Unknown: p.Rules.Redact.Unknown} {
		if is != redact.Off {
			meta.Redacted = append(meta.Redacted, string(class))
		}
	}
	if err := r.Meta(&meta, j.Notes()); err != nil {
		return nil, err
	}
	return j.Save(file, meta, journal.Saving{Clean: true})
}

// saltOf is the salt that a journal was written with, which has to be that of the folder.
func saltOf(p *project.Project, j *journal.Journal, file string) ([]byte, error) {
	was := redact.SaltOf(j.Notes())
	if was == "" {
		return saltfile.Make(p.Dirs.SaltFolder(file))
	}
	salt, err := saltfile.Find(p.Dirs.SaltFolder(file))
	if err == nil && saltfile.Digest(salt) == was {
		return salt, nil
	}
	message := "it was recorded with a salt that is not there"
	if err == nil {
		message = fmt.Sprintf("it was recorded with the salt %s, and the cassettes have %s", was, saltfile.Digest(salt))
	}
	return nil, &fault.Error{
		Message: "recover " + project.CleanPath(j.Name()) + ": " + message,
		Hint:    "restore the file salt of the cassettes folder from version control, or set " + saltfile.Variable + "; the journal stays",
	}
}

// Journals lists the journals that recordings left in the cassettes folder: all, or those
// of the cassettes of some names or files. Beside an error as Walk's stand those that were
// found.
func Journals(p *project.Project, names ...string) ([]string, error) {
	var found []string
	err := project.Walk(p.Dirs.Cassettes, func(file string) error {
		of, ok := cassetteOf(file)
		if ok && project.IsYAML(of) && (len(names) == 0 || slices.ContainsFunc(names, func(name string) bool {
			return project.CleanPath(name) == of || project.CleanPath(name) == file || strings.TrimSuffix(project.CleanPath(name), ".yaml") == project.NameBelow(p.Dirs.Cassettes, of)
		})) {
			found = append(found, file)
		}
		return nil
	})
	return found, err
}

// cassetteOf is the cassette file whose journal a file is.
func cassetteOf(name string) (file string, ok bool) {
	return strings.CutSuffix(name, journal.Of(""))
}
