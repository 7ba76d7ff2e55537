package strictyaml

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// How YAML's scalars read, as the table in scalar.go tells.
func TestScalars(t *testing.T) {
	const wrong = "fault"
	for text, want := range map[string]any{
		"null": nil, "Null": nil, "NULL": nil, "~": nil, "": nil,
		"true": true, "True": true, "TRUE": true, "false": false, "False": false, "FALSE": false,
		"12": json.Number("12"), "-1": json.Number("-1"), "0": json.Number("0"), "-0": json.Number("-0"),
		"1.0": json.Number("1.0"), "1E+2": json.Number("1E+2"), "9007199254740993": json.Number("9007199254740993"),
		"0777": wrong, "0x1F": wrong, "0o17": wrong, "0b1": wrong, "1_000": wrong, "+5": wrong, ".5": wrong, "5.": wrong,
		".inf": wrong, "-.Inf": wrong, ".nan": wrong, ".NaN": wrong, "007": wrong, "-01": wrong,
		"yes": "yes", "no": "no", "on": "on", "off": "off", "y": "y", "nULL": "nULL", "tRUE": "tRUE",
		"2026-11-24": "2026-11-24", "2026-11-24T12:30:45Z": "2026-11-24T12:30:45Z", "12:30:45": "12:30:45",
		"v1.0": "v1.0", "1.2.3": "1.2.3", "12a": "12a", "-": wrong, "+": "+", "_1": "_1", "inf": "inf", "nan": "nan",
		`"12"`: "12", `'true'`: "true", `""`: "", "!!str 12": "12", "!!str": "", "!!int 12": wrong, "|\n  12": "12\n", `"\u0041\x00"`: "A\x00",
	} {
		got, err := Decode("f.yaml", []byte("key: "+text+"\n"), func(v Value) any { return v.At("key").Tree() })
		if err != nil {
			got = wrong
		}
		if got != want {
			t.Errorf("%s reads as %#v, want %#v (%v)", text, got, want, err)
		}
	}
}

func TestKeysAreText(t *testing.T) {
	got, err := Decode("f.yaml", []byte("200: a\ntrue: b\n0777: c\n\"x y\": d\n"), func(v Value) string {
		var keys []string
		for key, m := range v.Members() {
			keys = append(keys, fmt.Sprintf("%s=%s@%d", key, m.Text(), m.KeyLine()))
		}
		return strings.Join(keys, " ")
	})
	if want := "200=a@1 true=b@2 0777=c@3 x y=d@4"; got != want || err != nil {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
}

// Nothing is told of what is not there.
func TestUnset(t *testing.T) {
	_, err := Decode("f.yaml", []byte("a: 1\n"), func(root Value) any {
		v := root.At("b").At("c")
		v.Fault("", "told")
		for range v.Members() {
			t.Error("there is a member")
		}
		if v.IsSet() || v.Kind() != Unset || v.Line() != 0 || v.Only("it", nil) || v.Items() != nil ||
			v.Text() != "" || v.Int() != 0 || v.Bool() || v.Number() != "" || v.Tree() != nil {
			t.Errorf("%#v is not unset", v)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNestedTooDeeply(t *testing.T) {
	for _, text := range []string{strings.Repeat("[", 5000) + strings.Repeat("]", 5000), strings.Repeat("[", 200_000)} {
		if _, err := Decode("f.yaml", []byte(text), Value.Kind); len(fault.Parts(err)) != 1 {
			t.Errorf("faults: %v", err)
		}
	}
}
