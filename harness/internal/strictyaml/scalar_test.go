package strictyaml

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// How YAML's scalars read, as the table in scalar.go tells.
func TestScalars(t *testing.T) {
	const fault = "fault"
	for text, want := range map[string]any{
		"null": nil, "Null": nil, "NULL": nil, "~": nil, "": nil,
		"true": true, "True": true, "TRUE": true, "false": false, "False": false, "FALSE": false,
		"12": json.Number("12"), "-1": json.Number("-1"), "0": json.Number("0"), "-0": json.Number("-0"),
		"1.0": json.Number("1.0"), "1E+2": json.Number("1E+2"), "9007199254740993": json.Number("9007199254740993"),
		"0777": fault, "0x1F": fault, "0o17": fault, "0b1": fault, "1_000": fault, "+5": fault, ".5": fault, "5.": fault,
		".inf": fault, "-.Inf": fault, ".nan": fault, ".NaN": fault, "007": fault, "-01": fault,
		"yes": "yes", "no": "no", "on": "on", "off": "off", "y": "y", "nULL": "nULL", "tRUE": "tRUE",
		"2026-11-24": "2026-11-24", "2026-11-24T12:30:45Z": "2026-11-24T12:30:45Z", "12:30:45": "12:30:45",
		"v1.0": "v1.0", "1.2.3": "1.2.3", "12a": "12a", "-": fault, "+": "+", "_1": "_1", "inf": "inf", "nan": "nan",
		`"12"`: "12", `'true'`: "true", `""`: "", "!!str 12": "12", "!!str": "", "!!int 12": fault, "|\n  12": "12\n", `"\u0041\x00"`: "A\x00",
	} {
		got, faults := Decode([]byte("key: "+text+"\n"), func(v Value) any { return v.At("key").Scalar() })
		if len(faults) > 0 {
			got = fault
		}
		if got != want {
			t.Errorf("%s reads as %#v, want %#v (%v)", text, got, want, faults)
		}
	}
}

func TestKeysAreText(t *testing.T) {
	got, faults := Decode([]byte("200: a\ntrue: b\n0777: c\n\"x y\": d\n"), func(v Value) string {
		var keys []string
		for key, m := range v.Members() {
			keys = append(keys, fmt.Sprintf("%s=%s@%d", key, m.Text(), m.KeyLine()))
		}
		return strings.Join(keys, " ")
	})
	if want := "200=a@1 true=b@2 0777=c@3 x y=d@4"; got != want || len(faults) > 0 {
		t.Errorf("got %s %v, want %s", got, faults, want)
	}
}

// Nothing is told of what is not there.
func TestUnset(t *testing.T) {
	_, faults := Decode([]byte("a: 1\n"), func(root Value) any {
		v := root.At("b").At("c")
		v.Fault("", "told")
		for range v.Members() {
			t.Error("there is a member")
		}
		if v.IsSet() || v.Kind() != Unset || v.Line() != 0 || v.Only("it", nil) || v.Items() != nil ||
			v.Text() != "" || v.Int() != 0 || v.Bool() || v.Number() != "" || v.Scalar() != nil {
			t.Errorf("%#v is not unset", v)
		}
		return nil
	})
	if len(faults) > 0 {
		t.Error(faults)
	}
}

func TestNestedTooDeeply(t *testing.T) {
	for _, text := range []string{strings.Repeat("[", 5000) + strings.Repeat("]", 5000), strings.Repeat("[", 200_000)} {
		if _, faults := Decode([]byte(text), Value.Kind); len(faults) != 1 {
			t.Errorf("%d faults", len(faults))
		}
	}
}
