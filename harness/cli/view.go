package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/display"
	"github.com/graphvcr/graphvcr/harness/internal/drift"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
	"github.com/graphvcr/graphvcr/harness/report"
)

type viewFlags struct {
	report   reportFlags
	html     string
	textconv bool
}

func newView(std Streams, dirs *projectFlags) *cobra.Command {
	var opts viewFlags
	cmd := &cobra.Command{
		Use:   "view [NAME[:N]]...",
		Short: "Show what cassettes hold: in the terminal, as a page, for git diff",
		RunE: func(cmd *cobra.Command, args []string) error {
			if opts.textconv {
				return textconv(std.Out, args)
			}
			p, err := dirs.open()
			if err != nil {
				return err
			}
			return opts.run(std, p, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.html, "html", "", "write a page to `FILE`")
	flags.BoolVar(&opts.textconv, "textconv", false, "print a file as text, for git: see above")
	flags.StringArrayVar(&opts.report.reports, "report", nil, "write `KIND[=FILE]`: text, json or html; repeatable (default text)")
	return cmd
}

func (f *viewFlags) run(std Streams, p *project.Project, args []string) error {
	f.report.failOn = "error"
	if f.html != "" {
		f.report.reports = append(f.report.reports, "html="+f.html)
	}
	out, err := f.report.parse(std)
	if err != nil {
		return err
	}
	chosen, unread := chosenCassettes(p, args)
	if len(chosen) == 0 {
		return unread
	}
	var suite *report.Suite // made for whoever shows it
	for _, t := range out.targets {
		switch {
		case t.kind != "text" && t.kind != "json" && t.kind != "html":
			return &fault.Error{Message: "view: --report " + t.kind + " shows no cassette", Hint: "text, json and html do"}
		case t.kind != "text":
			if suite == nil {
				suite = suiteOf(chosen)
			}
			err = out.write(t, suite)
		case t.file != "" || f.html == "": // a page alone is enough
			err = printCassettes(out, t, chosen)
		}
		if err != nil {
			return err
		}
	}
	return unread
}

// suiteOf is what a page, or JSON, shows of cassettes.
func suiteOf(chosen []viewed) *report.Suite {
	suite := &report.Suite{Command: "view"}
	for _, v := range chosen {
		c := report.Case{Name: v.name, File: v.cassette.File}
		for n, i := range v.cassette.Interactions {
			if v.only < 0 || v.only == n {
				c.Exchanges = append(c.Exchanges, display.Of(v.cassette, i))
			}
		}
		suite.Cases = append(suite.Cases, c)
	}
	suite.Finish()
	suite.About = about(chosen)
	return suite
}

// A viewed is a cassette that is shown, or one interaction of it.
type viewed struct {
	cassette *cassette.Cassette
	name     string
	only     int // an interaction's number, -1: all
}

// chosenCassettes are those that arguments name; none: all of the project.
func chosenCassettes(p *project.Project, args []string) ([]viewed, error) {
	if len(args) == 0 {
		return allCassettes(p)
	}
	var all []viewed
	var errs []error
	for _, arg := range args {
		v, err := chosenCassette(p, arg)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, v)
	}
	return all, errors.Join(errs...)
}

func chosenCassette(p *project.Project, arg string) (viewed, error) {
	name, n := arg, -1
	if at := strings.LastIndexByte(arg, ':'); at > 0 {
		if number, err := strconv.Atoi(arg[at+1:]); err == nil && number >= 0 {
			name, n = arg[:at], number
		}
	}
	file, err := recordingOf(p, name)
	if err != nil {
		return viewed{}, err
	}
	c, err := cassette.Load(file)
	if err != nil {
		return viewed{}, err
	}
	if n >= len(c.Interactions) {
		return viewed{}, &fault.Error{Message: fmt.Sprintf("view %s: there is no interaction %d", arg, n), Hint: fmt.Sprintf("%s has %s, counted from 0: graphvcr view %s lists them", name, fault.Count(len(c.Interactions), "interaction"), name)}
	}
	return viewed{c, name, n}, nil
}

// allCassettes are those of the project. Beside an error, about those that cannot be
// read, stand the others.
func allCassettes(p *project.Project) ([]viewed, error) {
	files, err := p.CassetteFiles(p.Dirs.Cassettes)
	var all []viewed
	for _, file := range files {
		if filepath.Base(file) == drift.AcceptFile {
			continue
		}
		c, unread := cassette.Load(file)
		if unread != nil {
			err = errors.Join(err, unread)
			continue
		}
		all = append(all, viewed{c, project.NameBelow(p.Dirs.Cassettes, file), -1})
	}
	return all, err
}

func about(chosen []viewed) []string {
	info := "graphvcr " + currentVersion()
	if len(chosen) != 1 {
		return []string{info}
	}
	m := &chosen[0].cassette.Meta
	facts := []string{chosen[0].cassette.File}
	if m.Origin != "" {
		facts = append(facts, "origin: "+string(m.Origin))
	}
	if !m.RecordedAt.IsZero() {
		facts = append(facts, "recorded "+m.RecordedAt.Format(time.DateOnly))
	}
	if m.Auth != nil {
		facts = append(facts, m.Auth.Kind)
	}
	if m.Client != "" {
		facts = append(facts, m.Client)
	}
	return append(facts, info)
}

func printCassettes(out *reporting, t target, chosen []viewed) error {
	var text bytes.Buffer
	style := display.Style{}
	if t.file == "" {
		style = display.Style{Color: out.colored(), Width: widthOf(out.std.Out)}
	}
	for n, v := range chosen {
		switch {
		case v.only >= 0:
			display.Print(&text, v.cassette, v.cassette.Interactions[v.only], style)
		case len(chosen) > 1:
			display.Line(&text, v.name, v.cassette, style)
		default:
			display.List(&text, v.name, v.cassette, style)
		}
		if v.only >= 0 && n+1 < len(chosen) {
			text.WriteByte('\n')
		}
	}
	if t.file != "" {
		return replaceFile(t.file, text.Bytes())
	}
	_, err := out.std.Out.Write(text.Bytes())
	return err
}

// mostTextconv bounds a file that is no cassette and is printed as it is.
const mostTextconv = 256 << 20

// textconv prints a file for git: a cassette as text, and what is none as it is, for git shows
// versions that were once broken as well.
func textconv(out io.Writer, args []string) error {
	if len(args) != 1 {
		return &fault.Error{Message: "view --textconv takes one file", Hint: "graphvcr view --textconv cassettes/users/list.yaml"}
	}
	if c, err := cassette.LoadUnsealed(args[0]); err == nil {
		if len(c.Salt) == 0 { // git has it in a file elsewhere
			c.Salt, _ = saltfile.Find("cassettes")
		}
		return display.Text(out, c)
	}
	file, err := plainfile.Open(args[0])
	if err != nil {
		return &fault.Error{Message: "view --textconv", Cause: err}
	}
	defer file.Close()
	_, err = io.Copy(out, io.LimitReader(file, mostTextconv))
	return err
}
