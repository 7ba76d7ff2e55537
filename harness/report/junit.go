package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// The elements of JUnit XML that CI systems agree on: one testsuite a folder,
// one testcase a scenario, at most one failure or error in it.
type (
	junitSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		Name    string   `xml:"name,attr"`
		junitCounts
		Suites []*junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name string `xml:"name,attr"`
		junitCounts
		Cases []junitCase `xml:"testcase"`
	}
	junitCounts struct {
		Tests    int     `xml:"tests,attr"`
		Failures int     `xml:"failures,attr"`
		Errors   int     `xml:"errors,attr"`
		Skipped  int     `xml:"skipped,attr"`
		Time     seconds `xml:"time,attr"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		Classname string        `xml:"classname,attr"`
		File      string        `xml:"file,attr"`
		Line      int           `xml:"line,attr,omitempty"`
		Time      seconds       `xml:"time,attr"`
		Failure   *junitProblem `xml:"failure"`
		Error     *junitProblem `xml:"error"`
		Skipped   *struct{}     `xml:"skipped"`
		Output    string        `xml:"system-out,omitempty"`
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

type seconds time.Duration

func (s seconds) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%.3f", time.Duration(s).Seconds()), nil
}

func renderJUnit(w io.Writer, s *Suite, _ Style) error {
	text, err := xml.MarshalIndent(junitOf(s), "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

func junitOf(s *Suite) *junitSuites {
	doc := &junitSuites{Name: strings.TrimSpace("graphvcr " + s.Command)}
	byFolder := map[string]*junitSuite{}
	for i := range s.Cases {
		c := &s.Cases[i]
		folder := Visible(path.Dir(c.File))
		suite := byFolder[folder]
		if suite == nil {
			suite = &junitSuite{Name: folder}
			byFolder[folder] = suite
			doc.Suites = append(doc.Suites, suite)
		}
		suite.Cases = append(suite.Cases, junitCaseOf(c, folder, s.failOn()))
		suite.add(c)
		doc.add(c)
	}
	return doc
}

func (n *junitCounts) add(c *Case) {
	n.Tests++
	n.Time += seconds(c.Duration)
	switch c.Status {
	case Failed:
		n.Failures++
	case Errored:
		n.Errors++
	case Skipped:
		n.Skipped++
	}
}

func junitCaseOf(c *Case, folder string, failOn Severity) junitCase {
	out := junitCase{
		Name: Visible(cmp.Or(c.Name, c.File)), Classname: folder,
		File: Visible(c.File), Time: seconds(c.Duration),
	}
	var first *Finding
	var failing, others []string
	for i := range c.Findings {
		f := &c.Findings[i]
		line := Visible(cmp.Or(f.Place.String(), c.File)) + ": " + f.Severity.String() + ": " +
			strings.Join(describe(f, true), "\n    ")
		if f.Severity < failOn {
			others = append(others, line)
			continue
		}
		failing = append(failing, line)
		if first == nil {
			first = f
		}
	}
	problem := junitProblemOf(first, failing)
	switch c.Status {
	case Failed:
		out.Failure = problem
	case Errored:
		out.Error = problem
	case Skipped:
		out.Skipped = &struct{}{}
	}
	if first != nil && first.File == c.File {
		out.Line = first.Line
	}
	out.Output = strings.Join(others, "\n")
	return out
}

// junitProblemOf folds the findings that fail a case into one element.
func junitProblemOf(first *Finding, lines []string) *junitProblem {
	if first == nil {
		return &junitProblem{}
	}
	message := describe(first, false)[0]
	if first.valuesApart() {
		verbs := [2]string{"want", "got"}
		if first.Fingerprint != "" {
			verbs = [2]string{"was", "is"}
		}
		message += ": " + verbs[0] + " " + value(first.Want) + ", " + verbs[1] + " " + value(first.Got)
	}
	return &junitProblem{
		Message: message, Type: Visible(string(first.Rule)),
		Text: "\n" + strings.Join(lines, "\n") + "\n",
	}
}
