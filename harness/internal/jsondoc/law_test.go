package jsondoc_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

var lawSeeds = []string{
	"{\"a\":\"12345678\x7f\",\"b\":\"\x7f1234567890\"}", `["Ø","1234567890Ø","\u007f"]`,
	`null`, `9007199254740993`, `1.0`, `1E+2`, `-0`, `0.1e-30`, `1E1000000000`, `-120E-99999999999999999999`,
	`"\/\u0000\ud83d\ude00\"\\"`, `"\ud800"`, "\"\xff\"", "\"12345678é\"", `[]`, ` [ 1 , [ ] , { } ] `,
	`{"b":{"c":[true,false,null]},"a":1.50,"\u0061":2,"":{}}`, `{"a":1}{`, `[1,]`, `{"a" 1}`, `01`, "\ufeff[]",
	"{\n  \"@odata.context\": \"https:\\/\\/graph.microsoft.com\",\n  \"value\": [\n    {}\n  ]\n}",
}

// FuzzLaws checks what the package promises about one text.
func FuzzLaws(f *testing.F) {
	for _, seed := range lawSeeds {
		f.Add(seed, uint64(1))
	}
	f.Fuzz(func(t *testing.T, text string, random uint64) {
		doc, err := jsondoc.Parse(text)
		compact, compactErr := jsondoc.Compact(nil, text)
		if (err == nil) != (compactErr == nil) {
			t.Fatalf("Parse: %v, Compact: %v", err, compactErr)
		}
		if err != nil {
			if _, _, _, ok := jsondoc.Indent(nil, text, 0); ok {
				t.Fatalf("Indent takes %q, which is no JSON: %v", text, err)
			}
			return
		}
		if !json.Valid([]byte(text)) {
			t.Fatal("encoding/json does not accept it")
		}
		checkFormatting(t, text, doc, compact)
		canonical := jsondoc.Canonical(nil, doc)
		again := mustParse(t, string(canonical))
		if !equal(doc, again) || !bytes.Equal(jsondoc.Canonical(nil, again), canonical) {
			t.Fatalf("canonical form %s does not stand for the document", canonical)
		}
		if fromText, err := jsondoc.CanonicalText(nil, text); err != nil || !bytes.Equal(fromText, canonical) {
			t.Fatalf("CanonicalText = %s, %v; want %s", fromText, err, canonical)
		}
		shuffled := shuffle(nil, doc, rand.New(rand.NewPCG(random, 0)))
		if got, err := jsondoc.CanonicalText(nil, string(shuffled)); err != nil || !bytes.Equal(got, canonical) {
			t.Fatalf("member order changes the canonical form:\n%s\n%s", got, canonical)
		}
	})
}

func checkFormatting(t *testing.T, text string, doc any, compact []byte) {
	var stdCompact, stdIndented bytes.Buffer
	if json.Compact(&stdCompact, []byte(text)) != nil || !bytes.Equal(stdCompact.Bytes(), compact) {
		t.Fatalf("Compact = %s, want %s", compact, &stdCompact)
	}
	if err := json.Indent(&stdIndented, compact, "", "  "); err != nil {
		t.Fatal(err)
	}
	indented := stdIndented.Bytes()
	if back, err := jsondoc.Compact(nil, string(indented)); err != nil || !bytes.Equal(back, compact) {
		t.Fatalf("Compact(Indent) = %s, %v; want %s", back, err, compact)
	}
	if _, _, _, ok := jsondoc.Indent(nil, text, 0); ok != (string(compact) == text) {
		t.Fatalf("Indent takes %q for compact: %v", text, ok)
	}
	below, breaks, printable, ok := jsondoc.Indent([]byte("x"), string(compact), 70)
	if want := "x" + strings.ReplaceAll(string(indented), "\n", "\n"+strings.Repeat(" ", 70)); !ok || string(below) != want {
		t.Fatalf("Indent = %s, %v; want %s", below, ok, want)
	}
	if breaks != bytes.Count(indented, []byte("\n")) {
		t.Fatalf("Indent tells %d line breaks of %q", breaks, compact)
	}
	if want := !strings.ContainsFunc(string(compact), func(r rune) bool { return r < ' ' || r > '~' }); printable != want {
		t.Fatalf("Indent takes %q for printable: %v", compact, printable)
	}
	if !equal(mustParse(t, string(indented)), doc) {
		t.Fatal("Indent changes the document")
	}
}

// shuffle writes a document with its members in random order.
func shuffle(dst []byte, doc any, random *rand.Rand) []byte {
	switch v := doc.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		dst = append(dst, '{')
		for i, name := range names {
			if i > 0 {
				dst = append(dst, " ,\n"...)
			}
			dst = jsondoc.Canonical(dst, name)
			dst = shuffle(append(dst, " :\t"...), v[name], random)
		}
		return append(dst, '}')
	case []any:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = shuffle(dst, item, random)
		}
		return append(dst, ']')
	}
	return jsondoc.Canonical(dst, doc)
}

// FuzzDiff checks that documents differ in some place exactly when they are
// unequal, and that every place is where they differ.
func FuzzDiff(f *testing.F) {
	for i, seed := range lawSeeds {
		f.Add(seed, lawSeeds[(i+1)%len(lawSeeds)])
	}
	f.Add(`{"a":[1,2,{"b":1}],"c":1.0}`, `{"c":1,"a":[1,3,{"b":null,"d":[]}]}`)
	f.Fuzz(func(t *testing.T, textA, textB string) {
		a, errA := jsondoc.Parse(textA)
		b, errB := jsondoc.Parse(textB)
		if errA != nil || errB != nil {
			return
		}
		same := bytes.Equal(jsondoc.Canonical(nil, a), jsondoc.Canonical(nil, b))
		differences := jsondoc.Diff(a, b, 0)
		if equal(a, b) != same || (len(differences) == 0) != same {
			t.Fatalf("one canonical form: %v, equal: %v, differences: %v", same, equal(a, b), differences)
		}
		for _, d := range differences {
			checkSide(t, a, textA, d.Path, d.Recorded)
			checkSide(t, b, textB, d.Path, d.Received)
		}
	})
}

func checkSide(t *testing.T, doc any, text, place string, want any) {
	path, err := jsondoc.ParsePath(place)
	if err != nil {
		t.Fatalf("difference at %s: %v", place, err)
	}
	nodes := path.Select(doc)
	absent := want == any(jsondoc.Absent)
	if (len(nodes) == 0) != absent || !absent && !equal(nodes[0].Value, want) {
		t.Fatalf("difference says %v at %s, the document %v", want, place, nodes)
	}
	if (jsondoc.Line(text, place) == 0) != absent {
		t.Fatalf("line %d at %s, where there is %v", jsondoc.Line(text, place), place, want)
	}
}

// equal reports whether two documents have one canonical form.
func equal(a, b any) bool {
	return bytes.Equal(jsondoc.Canonical(nil, a), jsondoc.Canonical(nil, b))
}
