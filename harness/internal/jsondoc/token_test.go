package jsondoc_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

func ExampleScan() {
	for token, err := range jsondoc.Scan(`{"id": "a", "n": [1.0]}`) {
		fmt.Printf("%d %c %q %q at %d %v\n", token.Depth, token.Kind, token.Name, token.Raw, token.Start, err)
	}
	// Output:
	// 0 { "" "{" at 0 <nil>
	// 1 " "id" "\"a\"" at 7 <nil>
	// 1 [ "n" "[" at 17 <nil>
	// 2 0 "" "1.0" at 18 <nil>
	// 1 ] "" "]" at 21 <nil>
	// 0 } "" "}" at 22 <nil>
}

// rebuild makes a document of tokens; of members with one name the last counts.
func rebuild(text string) (doc any, err error) {
	type container struct {
		object map[string]any
		array  []any
		name   string // of the member that it is
	}
	var open []container
	add := func(name string, value any) {
		if len(open) == 0 {
			doc = value
			return
		}
		if top := &open[len(open)-1]; top.object != nil {
			top.object[name] = value
		} else {
			top.array = append(top.array, value)
		}
	}
	for t, err := range jsondoc.Scan(text) {
		if err != nil {
			return nil, err
		}
		if text[t.Start:t.Start+len(t.Raw)] != t.Raw || t.NameAt >= 0 && text[t.NameAt] != '"' {
			return nil, fmt.Errorf("token %+v is elsewhere", t)
		}
		if t.Depth != len(open) && !t.Closes() || t.Closes() && t.Depth != len(open)-1 {
			return nil, fmt.Errorf("token %+v is %d deep", t, len(open))
		}
		switch t.Kind {
		case '{':
			open = append(open, container{object: map[string]any{}, name: t.Name})
		case '[':
			open = append(open, container{array: []any{}, name: t.Name})
		case '}', ']':
			top := open[len(open)-1]
			open = open[:len(open)-1]
			if top.object != nil {
				add(top.name, top.object)
			} else {
				add(top.name, top.array)
			}
		case '"':
			add(t.Name, t.Value())
		case '0':
			add(t.Name, json.Number(t.Raw))
		default:
			add(t.Name, map[byte]any{'n': nil, 't': true, 'f': false}[t.Kind])
		}
	}
	return doc, nil
}

// checkScan holds Scan against Parse, and against encoding/json where that is more
// forgiving.
func checkScan(t *testing.T, text string) {
	t.Helper()
	got, err := rebuild(text)
	if want, wantErr := jsondoc.Parse(text); wantErr == nil {
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%.200q: the tokens make %v, %v; want %v", text, got, err, want)
		}
		return
	}
	if valid := json.Valid([]byte(text)); valid != (err == nil) {
		t.Errorf("%.200q: valid is %v, and scanned with %v", text, valid, err)
	}
	var syntax *jsondoc.SyntaxError
	if err != nil && !errors.As(err, &syntax) {
		t.Errorf("%.200q: %v", text, err)
	}
}

var scanned = []string{
	`{}`, `[]`, ` [ ] `, `[[],{}]`, `1`, `"a"`, `null`, `true`, `false`, `{"a":1,"a":{"b":[1,"2",null,true,false,-0.5e3]},"":{"":""}}`,
	`{"\u0061\n":"\ud83d\ude00"}`, `["\ud83d"]`, `["\ude00\ud83d\ude00"]`, "[\"\xff\"]", "{\"\xff\":1}", `["\ud83d\u0041"]`,
	``, ` `, `{`, `[`, `]`, `}`, `{"a"`, `{"a":`, `{"a":}`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `[1`, `[1,`, `[1,]`, `[,1]`, `[1 2]`, `{1:2}`, `{"a" 1}`,
	`1 2`, `{} x`, `[1}`, `{"a":1]`, `nul`, `"a`, `"\x"`, `"\u12"`, "\"\n\"", `01`, `1.`, `-`, `+1`,
	strings.Repeat("[", 9_999) + strings.Repeat("]", 9_999), strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001),
}

func TestScan(t *testing.T) {
	for _, text := range scanned {
		checkScan(t, text)
	}
	for token, err := range jsondoc.Scan(`["\ud83d!"]`) {
		if token.Kind == '"' && (err != nil || token.Value() != "\uFFFD!") {
			t.Errorf("half a pair is %q, %v", token.Value(), err)
		}
	}
	for range jsondoc.Scan(`[1, 2, x]`) {
		break // what follows is not read
	}
}

func FuzzScan(f *testing.F) {
	for _, text := range scanned[:len(scanned)-2] {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkScan(t, text) })
}

func TestScanAllocates(t *testing.T) {
	text := `{"value": [` + strings.Repeat(`{"id": "a", "n": [1, true, null]},`, 100) + `{}]}`
	allocations := testing.AllocsPerRun(10, func() {
		for range jsondoc.Scan(text) {
		}
	})
	if allocations > 10 {
		t.Errorf("%v allocations for 900 tokens", allocations)
	}
}

func TestWalk(t *testing.T) {
	doc, err := jsondoc.Parse(`{"b": [{"c": 1}, [2]], "a": "x", "skipped": {"d": 3}, "n": null}`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	jsondoc.Walk(doc, func(at jsondoc.Place, value any) bool {
		got = append(got, fmt.Sprintf("%d %s %q %v %s", at.Depth(), at.Path("$"), at.Name(), at.IsElement(), jsondoc.Kind(value)))
		return at.Name() != "skipped"
	})
	want := []string{
		`0 $ "" false object`, `1 $['a'] "a" false string`, `1 $['b'] "b" false array`, `2 $['b'][0] "b" true object`,
		`3 $['b'][0]['c'] "c" false number`, `2 $['b'][1] "b" true array`, `3 $['b'][1][0] "b" true number`, `1 $['n'] "n" false null`,
		`1 $['skipped'] "skipped" false object`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if kind := jsondoc.Kind(1.5) + jsondoc.Kind(true); kind != "boolean" {
		t.Errorf("kinds %q", kind)
	}
}
