package runner_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// anyType are the matchers that make sense of a value of any type, and those of which a finding
// is that of another.
var anyType = " equals oneOf type exists absent sameAs properties each "

// TestEveryMatcherFails: a keyword that is read and never evaluated passes always, and one that
// asks a value for a type that it has not ends the run. So each keyword of the published schema
// has a finding of its own in one file, and a value of a wrong type in the other.
func TestEveryMatcherFails(t *testing.T) {
	var schema struct {
		Defs map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(read(t, "../../../schemas/graphvcr/scenario.json")), &schema); err != nil {
		t.Fatal(err)
	}
	keywords := schema.Defs["matcher"].Properties
	if len(keywords) == 0 {
		t.Fatal("the schema of scenarios has no matchers")
	}
	red, types := read(t, "testdata/matchers_red.txtar"), read(t, "testdata/matchers_types.txtar")
	for name := range keywords {
		if name != "properties" && name != "each" && !strings.Contains(red, " expect."+name+" ") {
			t.Errorf("testdata/matchers_red.txtar has no finding of %s", name)
		}
		if !strings.Contains(anyType, " "+name+" ") && !strings.Contains(types, name+": ") {
			t.Errorf("testdata/matchers_types.txtar has no value of a type that %s cannot judge", name)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
