package render

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/visible"
	"github.com/graphvcr/graphvcr/harness/report"
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

func init() { renderers["junit"] = writeJUnit }

func writeJUnit(w io.Writer, s *report.Suite, _ Style) error {
	text, err := xml.MarshalIndent(junitOf(s), "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

func junitOf(s *report.Suite) *junitSuites {
	doc := &junitSuites{Name: strings.TrimSpace("graphvcr " + s.Command)}
	byFolder := map[string]*junitSuite{}
	for i := range s.Cases {
		c := &s.Cases[i]
		folder := visible.Text(path.Dir(c.File))
		suite := byFolder[folder]
		if suite == nil {
			suite = &junitSuite{Name: folder}
			byFolder[folder] = suite
			doc.Suites = append(doc.Suites, suite)
		}
		suite.Cases = append(suite.Cases, junitCaseOf(c, folder, s.FailOn))
		suite.add(c)
		doc.add(c)
	}
	return doc
}

func (n *junitCounts) add(c *report.Case) {
	n.Tests++
	n.Time += seconds(c.Duration)
	switch c.Status {
	case report.Failed:
		n.Failures++
	case report.Errored:
		n.Errors++
	case report.Skipped:
		n.Skipped++
	}
}

func junitCaseOf(c *report.Case, folder string, failOn report.Severity) junitCase {
	out := junitCase{
		Name: visible.Text(cmp.Or(c.Name, c.File)), Classname: folder,
		File: visible.Text(c.File), Time: seconds(c.Duration),
	}
	var first *report.Finding
	var failing, others []string
	for i := range c.Findings {
		f := &c.Findings[i]
		line := visible.Text(cmp.Or(f.Place.String(), c.File)) + ": " + f.Severity.String() + ": " +
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
	case report.Failed:
		out.Failure = problem
	case report.Errored:
		out.Error = problem
	case report.Skipped:
		out.Skipped = &struct{}{}
	}
	if first != nil && first.File == c.File {
		out.Line = first.Line
	}
	out.Output = strings.Join(others, "\n")
	return out
}

// junitProblemOf folds the findings that fail a case into one element.
func junitProblemOf(first *report.Finding, lines []string) *junitProblem {
	if first == nil {
		return &junitProblem{}
	}
	message := describe(first, false)[0]
	if valuesApart(first) {
		verbs := [2]string{"want", "got"}
		if first.Fingerprint != "" {
			verbs = [2]string{"was", "is"}
		}
		message += ": " + verbs[0] + " " + value(first.Want) + ", " + verbs[1] + " " + value(first.Got)
	}
	return &junitProblem{
		Message: message, Type: visible.Text(string(first.Rule)),
		Text: "\n" + strings.Join(lines, "\n") + "\n",
	}
}
