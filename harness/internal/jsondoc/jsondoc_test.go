package jsondoc_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

func mustParse(t testing.TB, text string) any {
	t.Helper()
	doc, err := jsondoc.Parse(text)
	if err != nil {
		t.Fatalf("Parse(%.200q): %v", text, err)
	}
	return doc
}

func TestParseKeepsWhatMatters(t *testing.T) {
	tests := []struct {
		text string
		want any
	}{
		{`null`, nil},
		{` true `, true},
		{`false`, false},
		{`9007199254740993`, json.Number("9007199254740993")},
		{`1.0`, json.Number("1.0")},
		{`-0`, json.Number("-0")},
		{`1E+2`, json.Number("1E+2")},
		{`[0.10,1e-7]`, []any{json.Number("0.10"), json.Number("1e-7")}},
		{`"\/\u0000\"\\\b\f\n\r\t"`, "/\x00\"\\\b\f\n\r\t"},
		{`"\ud83d\ude00 \u00e9 é"`, "😀 é é"},
		{`{}`, map[string]any{}},
		{"\t{ \"a\" : [ ] ,\r\n\"b\" : { \"\" : 1 } }", map[string]any{"a": []any{}, "b": map[string]any{"": json.Number("1")}}},
		{`{"a":1,"a":2,"\u0061":3}`, map[string]any{"a": json.Number("3")}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, mustParse(t, test.text)); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestParseSaysWhereItFails(t *testing.T) {
	deep := strings.Repeat("[", jsondoc.MaxDepth)
	tests := []struct {
		text         string
		line, column int
		message      string
	}{
		{"", 1, 1, "the text ends where a value was expected"},
		{"  \n ", 2, 2, "the text ends where a value was expected"},
		{"\ufeff{}", 1, 1, `found '\ufeff' where a value was expected`},
		{`{"a":1} x`, 1, 9, "found 'x' where the end of the text was expected"},
		{`{"a":1}{}`, 1, 8, "found '{' where the end of the text was expected"},
		{"{\n  \"é\": 1,\n}", 3, 1, "found '}' where a member name was expected"},
		{`{"é" 1}`, 1, 6, "found '1' where ':' was expected"},
		{`{"a":1 "b":2}`, 1, 8, "found '\"' where ',' or '}' was expected"},
		{`[1 2]`, 1, 4, "found '2' where ',' or ']' was expected"},
		{`[1,]`, 1, 4, "found ']' where a value was expected"},
		{`{"a":`, 1, 6, "the text ends where a value was expected"},
		{`[1`, 1, 3, "the text ends where ',' or ']' was expected"},
		{`"abc`, 1, 1, "the text ends inside a string"},
		{`"abc\`, 1, 5, "the text ends inside a string"},
		{"\"a\tb\"", 1, 3, `control character '\t' in a string must be escaped`},
		{`"\x"`, 1, 2, `a backslash must begin one of \" \\ \/ \b \f \n \r \t \uXXXX`},
		{`"\u12g4"`, 1, 2, `\u must be followed by four hexadecimal digits`},
		{`"\u12`, 1, 2, `\u must be followed by four hexadecimal digits`},
		{`"\ud800"`, 1, 2, `\ud800 is half of a surrogate pair`},
		{`"\udc00\ud800"`, 1, 2, `\udc00 is half of a surrogate pair`},
		{`"\ud800\u0041"`, 1, 2, `\ud800 is half of a surrogate pair`},
		{"\"a\xffb\"", 1, 3, "byte 0xff is not UTF-8"},
		{"\"12345678\xed\xa0\x80\"", 1, 10, "byte 0xed is not UTF-8"},
		{"\xff", 1, 1, "byte 0xff is not UTF-8"},
		{`01`, 1, 2, "found '1' where the end of the text was expected"},
		{`-`, 1, 2, "the text ends where a digit was expected"},
		{`1.`, 1, 3, "the text ends where a digit was expected"},
		{`1.e3`, 1, 3, "found 'e' where a digit was expected"},
		{`1e+`, 1, 4, "the text ends where a digit was expected"},
		{`.5`, 1, 1, "found '.' where a value was expected"},
		{`+1`, 1, 1, "found '+' where a value was expected"},
		{`NaN`, 1, 1, "found 'N' where a value was expected"},
		{`nul`, 1, 1, "found a word that is not true, false or null"},
		{`truex`, 1, 5, "found 'x' where the end of the text was expected"},
		{deep + "[", 1, jsondoc.MaxDepth + 1, "nested deeper than 10000 levels"},
		{strings.Repeat(`{"a":`, 1_000_000), 1, 5*jsondoc.MaxDepth + 1, "nested deeper than 10000 levels"},
	}
	for _, test := range tests {
		_, err := jsondoc.Parse(test.text)
		var syntax *jsondoc.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("Parse(%.40q) = %v, want a SyntaxError", test.text, err)
			continue
		}
		if syntax.Line != test.line || syntax.Column != test.column || syntax.Message != test.message {
			t.Errorf("Parse(%.40q):\n got %v\nwant line %d, column %d: %s", test.text, err, test.line, test.column, test.message)
		}
		if _, err := jsondoc.Compact(nil, test.text); err == nil {
			t.Errorf("Compact(%.40q) accepts what Parse does not", test.text)
		}
	}
	if _, err := jsondoc.Parse(deep + strings.Repeat("]", jsondoc.MaxDepth)); err != nil {
		t.Errorf("nesting at the limit: %v", err)
	}
}

func TestCanonicalNumbers(t *testing.T) {
	groups := map[string][]string{
		"0":                                {"0", "-0", "0.0", "0E5", "-0.00e-7", "0e99999999999999999999"},
		"1":                                {"1", "1.0", "10E-1", "0.1e1", "1E0", "1e+0", "1e-0", "100e-2"},
		"-12.5":                            {"-12.5", "-1.25E1", "-125e-1", "-12.50"},
		"100":                              {"100", "1E+2", "1e2", "100.00"},
		"9007199254740993":                 {"9007199254740993", "9007199254740993.0", "9.007199254740993E15"},
		"9007199254740992":                 {"9007199254740992"},
		"0.1":                              {"0.1", "1e-1", "0.10", "0.01E1"},
		"0.0000001":                        {"1e-7", "0.0000001"},
		"100000000000000000000":            {"1e20", "100000000000000000000"},
		"1E21":                             {"1e21", "1000000000000000000000", "0.001e24"},
		"123456789012345678901234567890.5": {"123456789012345678901234567890.5"},
		"123456789012345678901234567891":   {"123456789012345678901234567891", "12345678901234567890123456789100e-2"},
		"1E1000000000":                     {"1E1000000000", "10E999999999", "0.1e+1000000001"},
		"1E-1000000000":                    {"1E-1000000000", "10e-1000000001"},
		"12E99999999999999999999":          {"12E99999999999999999999", "1.2E100000000000000000000", "120e+0099999999999999999998"},
		"-12E-99999999999999999999":        {"-12E-99999999999999999999", "-120E-100000000000000000000", "-1.2E-99999999999999999998"},
	}
	for want, spellings := range groups {
		for _, text := range spellings {
			if got := string(jsondoc.Canonical(nil, mustParse(t, text))); got != want {
				t.Errorf("Canonical(%s) = %s, want %s", text, got, want)
			}
		}
	}
}

func TestCanonical(t *testing.T) {
	tests := []struct{ text, want string }{
		{`{"b":1,"a":{"d":[],"c":{}},"":null}`, `{"":null,"a":{"c":{},"d":[]},"b":1}`},
		{`["\/\u0000\u001f\u007f\"\\\b\f\n\r\t\u00e9\ud83d\ude00"]`, "[\"/\\u0000\\u001f\x7f\\\"\\\\\\b\\f\\n\\r\\té😀\"]"},
		{`[true,false,null,"<&>\u2028"]`, "[true,false,null,\"<&>\u2028\"]"},
	}
	for _, test := range tests {
		if got := string(jsondoc.Canonical([]byte("x"), mustParse(t, test.text))); got != "x"+test.want {
			t.Errorf("Canonical(%s) = %s, want x%s", test.text, got, test.want)
		}
	}
}

func TestIndentAndCompactKeepEverySpelling(t *testing.T) {
	const compact = `{"b":[1.0,1E+2,{"\u0061":"\/ x"},[],{}],"a":"{ }"}`
	const indented = `{
  "b": [
    1.0,
    1E+2,
    {
      "\u0061": "\/ x"
    },
    [],
    {}
  ],
  "a": "{ }"
}`
	got, breaks, printable, ok := jsondoc.Indent([]byte("x"), compact, 0)
	if !ok || string(got) != "x"+indented || breaks != strings.Count(indented, "\n") || !printable {
		t.Errorf("Indent = %v, %d line breaks, printable %v\n%s", ok, breaks, printable, got)
	}
	got, err := jsondoc.Compact([]byte("x"), indented)
	if err != nil || string(got) != "x"+compact {
		t.Errorf("Compact = %v\n%s", err, got)
	}
	got, err = jsondoc.Compact([]byte("x"), indented+"]")
	if err == nil || string(got) != "x" {
		t.Errorf("Compact of broken text = %q, %v; want dst as it was and an error", got, err)
	}
}

func TestDiff(t *testing.T) {
	recorded := `{"a":{"b":1,"c":[1,2,{"d":"x"}]},"it's":null,"n":1.0,"t":"1","only":{"x":1}}`
	received := `{"a":{"b":1.0,"c":[1,3,{"d":"y"},4]},"it's":false,"n":1,"t":1,"extra":[]}`
	want := []jsondoc.Difference{
		{"$['a']['c'][1]", json.Number("2"), json.Number("3")},
		{"$['a']['c'][2]['d']", "x", "y"},
		{"$['a']['c'][3]", jsondoc.Absent, json.Number("4")},
		{"$['extra']", jsondoc.Absent, []any{}},
		{`$['it\'s']`, nil, false},
		{"$['only']", map[string]any{"x": json.Number("1")}, jsondoc.Absent},
		{"$['t']", "1", json.Number("1")},
	}
	got := jsondoc.Diff(mustParse(t, recorded), mustParse(t, received), 0)
	if diff := cmp.Diff(want, got, cmp.Transformer("spelled", func(d jsondoc.Difference) string { return fmt.Sprintf("%#v", d) })); diff != "" {
		t.Errorf("Diff (-want +got):\n%s", diff)
	}
	if got := jsondoc.Diff(mustParse(t, recorded), mustParse(t, received), 2); len(got) != 2 {
		t.Errorf("Diff with limit 2 gives %d", len(got))
	}
	if got := jsondoc.Diff(mustParse(t, `{}`), mustParse(t, `[]`), 0); len(got) != 1 || got[0].Path != "$" {
		t.Errorf("Diff of an object and an array = %v", got)
	}
}

func TestAppendPath(t *testing.T) {
	path := jsondoc.Root
	for _, step := range []any{"a", 0, `it's \ "q"`, "\b\f\n\r\t\x00\x1f", "é@odata.type"} {
		path = jsondoc.AppendPath(path, step)
	}
	want := `$['a'][0]['it\'s \\ "q"']['\b\f\n\r\t\u0000\u001f']['é@odata.type']`
	if path != want {
		t.Errorf("got  %s\nwant %s", path, want)
	}
}

func TestLine(t *testing.T) {
	const text = `{"a":[1,{"it's":[]},[2]],"e":{},"a":[[],{"b":{"c":null}}],"\n":7}`
	for path, want := range map[string]int{
		"$": 1, "$['e']": 11, "$['a']": 12, "$['a'][0]": 13, "$['a'][1]": 14, "$['a'][1]['b']": 15,
		"$['a'][1]['b']['c']": 16, `$['\n']`: 20,
		"$['a'][2]": 0, "$['a'][1][0]": 0, "$['x']": 0, "": 0, "$.a": 0, "$['a": 0, "$[-1]": 0, "$['e']['x']": 0,
	} {
		if got := jsondoc.Line(text, path); got != want {
			t.Errorf("Line(%s) = %d, want %d", path, got, want)
		}
	}
	if got := jsondoc.Line(text+"]", "$"); got != 0 {
		t.Errorf("Line in broken text = %d", got)
	}
}

// What is nested deeply takes no memory that grows with the square of its depth.
func TestIndentDepth(t *testing.T) {
	deep := strings.Repeat("[", jsondoc.MaxDepth) + strings.Repeat("]", jsondoc.MaxDepth)
	if indented, _, _, ok := jsondoc.Indent(nil, deep, 8); ok || cap(indented) > 4<<20 {
		t.Fatalf("%v, %d bytes", ok, cap(indented))
	}
	if _, breaks, _, ok := jsondoc.Indent(nil, deep[jsondoc.MaxDepth-50:jsondoc.MaxDepth+50], 8); !ok || breaks != 98 {
		t.Fatal(ok, breaks)
	}
}

func TestMaskNames(t *testing.T) {
	shows := func(name, parent string) bool { return name == "a" || parent == "a" && name == "b" }
	for path, want := range map[string]string{
		"$": "$", "$['a'][0]['b']": "$['a'][0]['b']", "$['b']": "$[*]", "$['a']['it\\'s'][2]": "$['a'][*][2]", "$['x']['b']": "$[*][*]", "": "$",
	} {
		if got := jsondoc.MaskNames(path, shows); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

// TestUnmarshal: what does not fit is said by member and line, without a type of Go's.
func TestUnmarshal(t *testing.T) {
	type kind struct {
		A struct{ B int }
		C []string
	}
	for text, want := range map[string]string{
		`{"A":{"B":1},"C":["x"],"D":1}`: "",
		"{\n\"A\":{\n\"B\":\"x\"}}":     "3: A.B is a string",
		`"x"`:                           "1: all of it is a string",
		"{\n\"C\": {}}":                 "2: C is an object",
		"{\n\"A\": }":                   "2: not JSON: invalid character '}' looking for beginning of value",
		"":                              "1: not JSON: unexpected end of JSON input",
	} {
		got, misread := "", new(jsondoc.ReadError)
		if err := jsondoc.Unmarshal([]byte(text), new(kind)); errors.As(err, &misread) {
			got = fmt.Sprintf("%d: %s", misread.Line, err)
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
