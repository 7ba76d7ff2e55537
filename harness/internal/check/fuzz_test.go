package check

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// seeds adds the files of testdata/lies.txtar whose names end so.
func seeds(f *testing.F, ends ...string) {
	archive, err := txtar.ParseFile("testdata/lies.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range archive.Files {
		for _, end := range ends {
			if strings.HasSuffix(file.Name, end) {
				f.Add(string(file.Data))
			}
		}
	}
}

// lined fails for an answer that stands outside the text.
func lined(t *testing.T, text string, found *contents, err error) {
	if err != nil {
		if !strings.Contains(err.Error(), "x.file") {
			t.Fatalf("the error does not name the file: %v", err)
		}
		return
	}
	for _, a := range found.answers {
		if line := a.line("$['value'][0]"); line < 1 || line > 1+strings.Count(text, "\n") {
			t.Fatalf("line %d of %d", line, 1+strings.Count(text, "\n"))
		}
	}
}

// No source code makes the search for literals fail or hang, or find what is not there.
func FuzzScript(f *testing.F) {
	seeds(f, ".ts", ".js")
	f.Add("odata. `${`${`${'}'}`}`}` {a: {b: [1, ...x, /}/, \"\\u{1F600}\\x41\"]}}")
	f.Fuzz(func(t *testing.T, text string) { lined(t, text, scriptAnswers(text), nil) })
}

func FuzzGo(f *testing.F) {
	seeds(f, ".go")
	f.Fuzz(func(t *testing.T, text string) {
		found, err := goAnswers("x.file", text)
		lined(t, text, found, err)
	})
}

func FuzzData(f *testing.F) {
	seeds(f, ".json")
	f.Fuzz(func(t *testing.T, text string) {
		found, err := dataAnswers("x.file", text, true)
		lined(t, text, found, err)
	})
}

// What takes long to read is given up, not read for ever.
func TestScriptEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("goes through a megabyte")
	}
	for name, text := range map[string]string{
		"open objects":   "odata." + strings.Repeat("{a:", 1<<18),
		"open lists":     "odata." + strings.Repeat("[", 1<<19),
		"templates":      "odata." + strings.Repeat("`${", 1<<18),
		"blocks":         "odata." + strings.Repeat("{a: 1; ", 1<<17) + strings.Repeat("}", 1<<17),
		"expressions":    "odata." + strings.Repeat("{a: [1, 2].map((x) => ", 1<<15),
		"almost answers": "odata." + strings.Repeat("[{a: '@odata.'}, ", 1<<15),
	} {
		if found := scriptAnswers(text); len(found.answers) > 0 {
			t.Errorf("%s: %d answers", name, len(found.answers))
		}
	}
}
