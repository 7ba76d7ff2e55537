package render_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/report/render"
)

// TestSentence: what a finding says in one sentence, and its first line in text, which does
// not repeat what stands below it.
func TestSentence(t *testing.T) {
	for _, c := range []struct {
		finding    report.Finding
		want, text string
	}{
		{report.Finding{Message: "is lost"}, "is lost", "is lost"},
		{report.Finding{Value: report.Value{Where: "$"}, Message: "is lost", Details: "\n  on the way"}, "is lost\n  on the way", "$: is lost"},
		{report.Finding{Value: report.Value{Where: "$", Is: "is new"}}, "$ is new", "$ is new"},
		{report.Finding{Value: report.Value{Where: "$", Want: "1", Got: "2"}}, "$: got 2, want 1", "$: got 2, want 1"},
		{report.Finding{Value: report.Value{Where: "$", Want: "1", Got: "2", Remark: "(a.json:3)"}}, "$: got 2, want 1 (a.json:3)", "$: got 2, want 1 (a.json:3)"},
		{report.Finding{Value: report.Value{Where: "$", Want: "1", Got: "2", Part: "page 2"}}, "page 2: $: got 2, want 1", "page 2: $: got 2, want 1"},
		{report.Finding{Value: report.Value{Where: "$['value'][0]['@odata.id']['a b']", Want: "1", Got: "2"}}, "$.value[0]['@odata.id']['a b']: got 2, want 1", "$.value[0]['@odata.id']['a b']: got 2, want 1"},
		{report.Finding{Value: report.Value{Where: "header.Location", Got: "", Want: "x"}}, "header.Location: got (nothing), want x", "header.Location: got (nothing), want x"},
		{report.Finding{Value: report.Value{Where: "$['a']['x\\'][0]']", Is: "is odd"}}, "$.a['x\\'][0]'] is odd", "$.a['x\\'][0]'] is odd"},
		{report.Finding{Value: report.Value{Where: "secret.jwt", Part: "secret.jwt"}, Message: "replaced 2"}, "secret.jwt: replaced 2", "secret.jwt: replaced 2"},
		{report.Finding{}, "", ""},
	} {
		if got := c.finding.Sentence(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.finding, got, c.want)
		}
		suite := report.Suite{Cases: []report.Case{{Name: "a", Findings: []report.Finding{c.finding}}}}
		var out bytes.Buffer
		if err := render.Suite(&out, "text", &suite, render.Style{}); err != nil {
			t.Fatal(err)
		}
		if _, line, _ := strings.Cut(out.String(), "note: "); line[:strings.IndexByte(line, '\n')] != c.text {
			t.Errorf("%+v: the text is %q, want %q", c.finding, line, c.text)
		}
	}
}

// Details stand below the sentence, within its cell.
func TestMarkdownDetails(t *testing.T) {
	s := report.Suite{Command: "diff", Cases: []report.Case{{Name: "c", Findings: []report.Finding{
		{Severity: report.Error, Value: report.Value{Where: "a/b", Is: "is gone"}, Details: "\nwith 2 types: x, y\nnobody | announced it"},
	}}}}
	s.Finish()
	var out strings.Builder
	if err := render.Suite(&out, "markdown", &s, render.Style{}); err != nil {
		t.Fatal(err)
	}
	if want := `| error | a/b is gone<br>with 2 types: x, y<br>nobody \| announced it<br>`; !strings.Contains(out.String(), want) {
		t.Errorf("got\n%s\nwant %s", out.String(), want)
	}
}
