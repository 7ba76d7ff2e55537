package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// renamed says whether a transcript is another under one consistent renaming: the same
// lines and JSON members, each value of the first always the same one in the second, and
// ids and addresses, wherever they occur, two by two.
func renamed(before, after string) error {
	from, to := strings.Split(before, "\n"), strings.Split(after, "\n")
	if len(from) != len(to) {
		return fmt.Errorf("%d lines became %d", len(from), len(to))
	}
	r := renaming{values: map[string]string{}, ids: map[string]string{}, back: map[string]string{}}
	for i := range from {
		if err := r.line(from[i], to[i]); err != nil {
			return fmt.Errorf("line %d: %w\n%s\n%s", i+1, err, from[i], to[i])
		}
	}
	return nil
}

type renaming struct{ values, ids, back map[string]string }

func (r *renaming) line(from, to string) error {
	var a, b any
	if json.Unmarshal([]byte(from), &a) == nil {
		if err := json.Unmarshal([]byte(to), &b); err != nil {
			return err
		}
		return r.value(a, b)
	}
	if strings.HasPrefix(to, "what a file held") {
		return nil // what stands for the bytes of a file, which the client tells the size of
	}
	as, bs := strings.Fields(from), strings.Fields(to)
	if len(as) != len(bs) {
		return fmt.Errorf("%d words became %d", len(as), len(bs))
	}
	for i := range as {
		if err := r.text(as[i], bs[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *renaming) value(from, to any) error {
	switch a := from.(type) {
	case map[string]any:
		b, ok := to.(map[string]any)
		if !ok || !slices.Equal(slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b))) {
			return fmt.Errorf("other members: %v, %v", from, to)
		}
		for name := range a {
			if err := r.value(a[name], b[name]); err != nil {
				return err
			}
		}
	case []any:
		b, ok := to.([]any)
		if !ok || len(a) != len(b) {
			return fmt.Errorf("other elements: %v, %v", from, to)
		}
		for i := range a {
			if err := r.value(a[i], b[i]); err != nil {
				return err
			}
		}
	case string:
		b, ok := to.(string)
		if !ok {
			return fmt.Errorf("%q became %v", a, to)
		}
		return r.text(a, b)
	default:
		if from != to {
			return fmt.Errorf("%v became %v", from, to)
		}
	}
	return nil
}

var idPattern = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[\w.'+-]+@[\w-]+\.[\w.-]+`)

func (r *renaming) text(from, to string) error {
	if known, ok := r.values[from]; ok && known != to {
		return fmt.Errorf("%q became %q before, and now %q", from, known, to)
	}
	r.values[from] = to
	as, bs := idPattern.FindAllString(from, -1), idPattern.FindAllString(to, -1)
	if len(as) != len(bs) {
		return fmt.Errorf("ids %q became %q", as, bs)
	}
	for i := range as {
		a, b := strings.ToLower(as[i]), strings.ToLower(bs[i])
		if known, ok := r.ids[a]; ok && known != b {
			return fmt.Errorf("id %q became %q before, and now %q", a, known, b)
		}
		if known, ok := r.back[b]; ok && known != a {
			return fmt.Errorf("ids %q and %q became one, %q", known, a, b)
		}
		r.ids[a], r.back[b] = b, a
	}
	return nil
}

func TestRenamed(t *testing.T) {
	const one, two, three = "11111111-2222-3333-4444-555555555555", "21111111-2222-3333-4444-555555555555", "31111111-2222-3333-4444-555555555555"
	for name, test := range map[string]struct {
		before, after string
		same          bool
	}{
		"nothing":          {"< 200\n{}", "< 200\n{}", true},
		"one name":         {`{"a":"Adele Vance"}`, `{"a":"Name 1"}`, true},
		"an id":            {"> GET /users/" + one + "\n" + `{"id":"` + one + `"}`, "> GET /users/" + two + "\n" + `{"id":"` + two + `"}`, true},
		"an id, twice":     {"> GET /users/" + one + "\n" + `{"id":"` + one + `"}`, "> GET /users/" + two + "\n" + `{"id":"` + three + `"}`, false},
		"two ids, one":     {one + "\n" + two, three + "\n" + three, false},
		"a value, changed": {`{"a":"x","b":"x"}`, `{"a":"y","b":"z"}`, false},
		"a number":         {`{"a":1}`, `{"a":2}`, false},
		"a member":         {`{"a":1}`, `{"b":1}`, false},
		"a line":           {"a", "a\nb", false},
		"an element":       {`["a"]`, `["a","b"]`, false},
	} {
		if err := renamed(test.before, test.after); (err == nil) != test.same {
			t.Errorf("%s: %v", name, err)
		}
	}
}
