package cli

import (
	"cmp"
	"context"
	"errors"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/report"
)

// metadataFlags are those of commands that compare metadata.
type metadataFlags struct {
	csdl, used bool
	git        string
	announced  []string
}

func (f *metadataFlags) register(flags *pflag.FlagSet, csdl string) {
	flags.BoolVar(&f.csdl, "csdl", false, csdl)
	flags.StringVar(&f.git, "git", "", "with --csdl: `folder` of the git repository, bare or not, from which paths count (default: the one around the working directory)")
	flags.BoolVar(&f.used, "used", false, "with --csdl: report only changes of what this project's cassettes and scenarios use")
	flags.StringArrayVar(&f.announced, "announced", nil, "with --csdl: a `file` of Microsoft's changelog (JSON), or a folder of them: say of each change who announced it, or that nobody did; repeatable")
}

// check refuses what means nothing without --csdl.
func (f *metadataFlags) check() error {
	for name, given := range map[string]bool{"--git": f.git != "", "--used": f.used, "--announced": len(f.announced) > 0} {
		if given && !f.csdl {
			return &fault.Error{Message: name + " is for metadata", Hint: "add --csdl"}
		}
	}
	return nil
}

// options are those of a comparison of a file of metadata. A changelog that cannot be read is
// a case of its own, and what is compared is reported all the same.
func (f *metadataFlags) options(p *project.Project, file string, opts drift.Options) (drift.MetadataOptions, []report.Case, error) {
	all := drift.MetadataOptions{Options: opts}
	version := versionOf(file)
	if f.used {
		uses, err := p.Uses(version)
		if err != nil {
			return all, nil, err
		}
		if uses.None() {
			return all, nil, &fault.Error{
				Message: "--used: no cassette or scenario uses " + cmp.Or(version, "the API") + ", so that nothing would be reported",
				Hint:    "leave out --used, or name the project's folders: --cassettes DIR",
			}
		}
		all.Used = drift.UsedBy(uses)
	}
	if len(f.announced) == 0 {
		return all, nil, nil
	}
	var err error
	all.Announced, err = drift.LoadAnnouncements(version, f.announced...)
	var unread []report.Case
	for _, problem := range report.Problems(err) {
		unread = append(unread, project.CouldNotRun("changelog", "", ruleDriftChangelog, problem.Err))
	}
	return all, unread, nil
}

// versionOf is the version of the API that a file of metadata is of, as its name says it:
// v1.0-Prod.csdl; "" where it says nothing.
func versionOf(file string) string {
	name := strings.ToLower(path.Base(filepath.ToSlash(file)))
	switch isBeta, isV1 := strings.Contains(name, "beta"), strings.Contains(name, "v1.0"); {
	case isBeta && !isV1:
		return "beta"
	case isV1 && !isBeta:
		return "v1.0"
	}
	return ""
}

func (f *metadataFlags) compare(ctx context.Context, p *project.Project, args []string, opts drift.Options) (*report.Suite, error) {
	if len(args) == 1 {
		_, here, found := strings.Cut(args[0], ":")
		if !found || here == "" {
			return nil, &fault.Error{Message: "diff --csdl: compare " + args[0] + " with what?", Hint: "graphvcr diff --csdl OLD NEW, or graphvcr diff --csdl REVISION:PATH"}
		}
		args = []string{args[0], filepath.Join(f.git, here)}
	}
	all, cases, err := f.options(p, args[1], opts)
	if err != nil {
		return nil, err
	}
	old, oldErr := drift.OpenMetadata(ctx, args[0], f.git)
	new, newErr := drift.OpenMetadata(ctx, args[1], f.git)
	if err := errors.Join(oldErr, newErr); err != nil {
		return nil, err
	}
	result := drift.Metadata(old, new, all)
	return &report.Suite{Command: "diff", Noun: "document", Cases: append(cases, result)}, nil
}

func (f *metadataFlags) history(ctx context.Context, p *project.Project, file string, opts drift.Options) (*report.Suite, error) {
	all, cases, err := f.options(p, file, opts)
	if err != nil {
		return nil, err
	}
	suite, err := drift.MetadataHistory(ctx, f.git, file, all)
	if err != nil {
		return nil, err
	}
	suite.Cases = append(suite.Cases, cases...)
	return suite, nil
}
