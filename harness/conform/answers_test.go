package conform_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
)

// kept are the answers of the corpus that stand without their requests: {StatusCode, Headers,
// Response}, where Headers lack the content type.
func kept(t testing.TB) (all []recording) {
	t.Helper()
	for _, file := range testkit.CorpusFiles(t, "answers/pnpcore", "*.json") {
		var answer struct {
			StatusCode int
			Headers    map[string]string
			Response   string
		}
		unmarshal(t, file, &answer)
		e := conform.Exchange{API: "v1.0", Status: answer.StatusCode, Header: http.Header{}, Answer: bodyOf(answer.Response)}
		for name, value := range answer.Headers {
			e.Header.Set(name, value)
		}
		all = append(all, recording{filepath.Base(file), e})
	}
	return all
}

// archived are the exchanges with Graph in the HTTP archives of the corpus.
func archived(t testing.TB) (all []recording) {
	t.Helper()
	for _, file := range filesBelow(t, "recordings/jupiterone", ".har") {
		type pair struct{ Name, Value string }
		var archive struct {
			Log struct {
				Entries []struct {
					Request  struct{ Method, URL string }
					Response struct {
						Status  int
						Headers []pair
						Content struct{ Text string }
					}
				}
			}
		}
		unmarshal(t, file, &archive)
		for _, entry := range archive.Log.Entries {
			e := conform.Exchange{
				Method: entry.Request.Method, URL: entry.Request.URL, Status: entry.Response.Status,
				Header: http.Header{}, Answer: bodyOf(entry.Response.Content.Text),
			}
			for _, h := range entry.Response.Headers {
				e.Header.Add(h.Name, h.Value)
			}
			if strings.HasPrefix(e.URL, "https://graph.microsoft.com/") {
				all = append(all, recording{filepath.Base(file), e})
			}
		}
	}
	return all
}

func unmarshal(t testing.TB, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(file, err)
	}
}

func filesBelow(t testing.TB, folder, end string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(testkit.Corpus(t, folder), func(file string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(file, end) {
			files = append(files, file)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", folder, len(files), err)
	}
	return files
}

// everything is all that the corpus holds of real answers.
func everything(t testing.TB) (all []recording) {
	t.Helper()
	if all = read; all != nil {
		return all
	}
	all = slices.Concat(recordings(t), kept(t), archived(t))
	for _, file := range filesBelow(t, "recordings/azure-cli-versions", ".yaml") {
		all = append(all, readRecording(t, file)...)
	}
	read = all
	return all
}

var read []recording // by everything

// TestRealAnswers judges all real answers. None breaks the contract; each other finding
// stands in testdata/real-findings.txt, with the reason why it is none of the judge's faults.
func TestRealAnswers(t *testing.T) {
	checker := real(t)
	justified := readJustified(t)
	told, typed := map[string]int{}, 0
	all := everything(t)
	for _, r := range all {
		result, err := checker.Check(r.Exchange)
		if err != nil {
			t.Fatal(err)
		}
		if result.Reason == "" {
			typed++
		} else {
			told["untyped: "+result.Reason]++
		}
		for _, p := range result.Problems {
			what := fmt.Sprintf("%s %s %s %s", p.Severity, p.Rule, strings.TrimSuffix(filepath.Base(p.File), ".json"), lastName(p.Where))
			if told[what]++; p.Severity == report.Error || justified[what] == "" {
				t.Errorf("%s: %s %s %d: %s at %s: want %s, got %s", r.file, r.Method, r.URL, r.Status, what, p.Where, p.Want, p.Got)
			}
		}
	}
	t.Logf("%d answers, %d judged by a type", len(all), typed)
	for what, n := range told {
		if justified[what] == "" {
			t.Errorf("%d times and not justified: %s", n, what)
		}
	}
	for what := range justified {
		if told[what] == 0 {
			t.Errorf("justified, and not found: %s", what)
		}
	}
	if typed < 700 {
		t.Errorf("only %d of %d answers have a type", typed, len(all))
	}
}

// readJustified reads lines of a finding and its reason.
func readJustified(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/real-findings.txt")
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if what, reason, ok := strings.Cut(strings.TrimSpace(line), " # "); ok {
			reasons[strings.TrimSpace(what)] = reason
		}
	}
	return reasons
}
