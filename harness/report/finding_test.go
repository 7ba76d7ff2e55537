package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/report"
)

// TestSentence: what a finding says in one sentence, and its first line in text, which does
// not repeat what stands below it.
func TestSentence(t *testing.T) {
	for _, c := range []struct {
		finding    report.Finding
		want, text string
	}{
		{report.Finding{Message: "is lost"}, "is lost", "is lost"},
		{report.Finding{Where: "$", Message: "is lost", Details: "\n  on the way"}, "is lost\n  on the way", "$: is lost"},
		{report.Finding{Where: "$", Is: "is new"}, "$ is new", "$ is new"},
		{report.Finding{Where: "$", Want: "1", Got: "2"}, "$ is 2, wanted 1", "$ is not what was wanted"},
		{report.Finding{Where: "$", Want: "1", Got: "2", Remark: "(a.json:3)"}, "$ is 2, wanted 1 (a.json:3)", "$ is not what was wanted (a.json:3)"},
		{report.Finding{Where: "$", Want: "1", Got: "2", Part: "page 2"}, "page 2: $ is 2, wanted 1", "$: page 2: $ is 2, wanted 1"},
		{report.Finding{Where: "secret.jwt", Part: "secret.jwt", Message: "replaced 2"}, "secret.jwt: replaced 2", "secret.jwt: replaced 2"},
		{report.Finding{}, "", ""},
	} {
		if got := c.finding.Sentence(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.finding, got, c.want)
		}
		suite := report.Suite{Cases: []report.Case{{Name: "a", Findings: []report.Finding{c.finding}}}}
		var out bytes.Buffer
		if err := report.Render(&out, "text", &suite, report.Style{}); err != nil {
			t.Fatal(err)
		}
		if _, line, _ := strings.Cut(out.String(), "note: "); line[:strings.IndexByte(line, '\n')] != c.text {
			t.Errorf("%+v: the text is %q, want %q", c.finding, line, c.text)
		}
	}
}
