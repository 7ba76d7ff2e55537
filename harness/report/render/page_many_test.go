package render

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A page of many findings, each about a value of one long body, or about an exchange of its own,
// takes time that grows evenly, and says how many it leaves out.
func TestPageOfManyFindings(t *testing.T) {
	const many = 20_000
	var body strings.Builder
	body.WriteString(`{"value":[{}`)
	one, each := report.Case{Name: "one", File: "a.yaml"}, report.Case{Name: "each", File: "a.yaml", Exchanges: make([]report.Exchange, many)}
	for n := range many {
		fmt.Fprintf(&body, ",\n{\"id\":\"%d\"}", n)
		f := report.Finding{
			Rule: "a.b", Severity: report.Error, Message: fmt.Sprintf("fault %d", n), Step: "step",
			Value: report.Value{Where: fmt.Sprintf("$['value'][%d]['id']", n)},
		}
		one.Findings = append(one.Findings, f)
		each.Exchanges[n] = report.Exchange{Name: "step", Method: "GET", URL: fmt.Sprintf("/users/%d", n)}
	}
	one.Exchanges = []report.Exchange{{Name: "step", Method: "GET", URL: "/users", Response: report.Content{Body: body.String() + "]}"}}}
	for _, c := range []report.Case{one, each} {
		var out bytes.Buffer
		best := testkit.Least(2*time.Second, func() {
			suite := &report.Suite{Command: "replay", Cases: []report.Case{c}}
			suite.Finish()
			out.Reset()
			if err := writeHTML(&out, suite, Style{}); err != nil {
				t.Fatal(err)
			}
		})
		t.Logf("%s: %v, %d KB", c.Name, best.Round(time.Millisecond), out.Len()>>10)
		if best > 2*time.Second {
			t.Errorf("%s: it took %v", c.Name, best)
		}
		if says := strings.Contains(out.String(), "15000 more findings are not on this page"); says != (len(c.Findings) > 0) {
			t.Errorf("%s: it says what it leaves out: %t", c.Name, says)
		}
	}
}
