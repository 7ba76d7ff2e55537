package conform_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/generate"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
	"github.com/graphvcr/graphvcr/harness/schema"
)

// real is a checker with all that v1.0 of the public cloud declares, and beta of the
// only cloud at hand. Tests share it: its schemas are thousands of files.
func real(t testing.TB) *conform.Checker {
	t.Helper()
	testkit.Corpus(t, "metadata")
	realOnce.Do(func() {
		dir, err := os.MkdirTemp("", "conform")
		if err != nil {
			t.Fatal(err)
		}
		realDir = dir
		for api, file := range map[string]string{"v1.0": "v1.0-Prod.csdl", "beta": "beta-USNat.csdl"} {
			m, err := csdl.Load(testkit.Corpus(t, "metadata/"+file))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := generate.Write(filepath.Join(dir, api), generate.Schemas(m), false); err != nil {
				t.Fatal(err)
			}
		}
		set, err := schema.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		realChecker = conform.New(set)
	})
	if realChecker == nil {
		t.Fatal("the schemas of the corpus could not be made")
	}
	return realChecker
}

var (
	realOnce    sync.Once
	realDir     string // TestMain removes it
	realChecker *conform.Checker
)

// recording is one exchange of the corpus.
type recording struct {
	file string
	conform.Exchange
}

func recordings(t testing.TB) []recording {
	t.Helper()
	files := testkit.Recordings(t)
	slices.Sort(files)
	var all []recording
	for _, file := range files {
		all = append(all, readRecording(t, file)...)
	}
	return all
}

func readRecording(t testing.TB, file string) (all []recording) {
	t.Helper()
	var vcr struct {
		Interactions []struct {
			Request  struct{ Method, URI, Body string }
			Response struct {
				Body    struct{ String string }
				Headers map[string][]string
				Status  struct{ Code int }
			}
		}
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = yaml.Unmarshal(text, &vcr)
	}
	if err != nil {
		t.Fatal(file, err)
	}
	for _, i := range vcr.Interactions {
		e := conform.Exchange{
			Method: i.Request.Method, URL: i.Request.URI, Status: i.Response.Status.Code, Header: http.Header{},
			Request: bodyOf(i.Request.Body), Answer: bodyOf(i.Response.Body.String),
		}
		for name, values := range i.Response.Headers {
			for _, v := range values {
				e.Header.Add(name, v)
			}
		}
		all = append(all, recording{filepath.Base(file), e})
	}
	return all
}

func bodyOf(text string) conform.Body {
	doc, err := jsondoc.Parse(text)
	return conform.Body{Text: text, Doc: doc, IsJSON: err == nil}
}

// TestRealExchanges checks all real exchanges: each has a type or a said reason,
// none breaks the contract, and what differs from metadata is told.
func TestRealExchanges(t *testing.T) {
	checker := real(t)
	typed, reasons, told := 0, map[string]int{}, map[string]int{}
	all := recordings(t)
	for _, r := range all {
		result, err := checker.Check(r.Exchange)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case !result.Checked || result.Type == "" && result.Reason == "":
			t.Errorf("%s: %s %s: neither a type nor a reason", r.file, r.Method, r.URL)
		case result.Reason != "":
			reasons[result.Reason]++
		default:
			typed++
		}
		for _, p := range result.Problems {
			if p.Severity == report.Error {
				t.Errorf("%s: %s %s %d: %s at %s: want %s, got %s", r.file, r.Method, r.URL, r.Status, p.Rule, p.Where, p.Want, p.Got)
			}
			told[p.Severity.String()+" "+string(p.Rule)+" "+lastName(p.Where)]++
		}
	}
	t.Logf("%d exchanges, %d with a type, others: %v", len(all), typed, reasons)
	for what, n := range told {
		t.Logf("%4d %s", n, what)
	}
	if len(all) != 148 {
		t.Errorf("%d exchanges", len(all))
	}
	if told["note schema.open creationOptions"] == 0 {
		t.Error("group.creationOptions, which metadata lacks, is not told")
	}
}

func lastName(path string) string {
	return strings.Trim(path[strings.LastIndexByte(path, '[')+1:], "']")
}
