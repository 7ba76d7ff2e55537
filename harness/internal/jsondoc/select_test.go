package jsondoc_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

const selectDoc = `{
  "id": "root", "@odata.context": "ctx", "a b": 1, "it's": 2, "s": "str", "unit": 1.0,
  "o": {"z": 1, "a": 2}, "nested": [[1, 2], [3]],
  "value": [
    {"id": "a", "n": 1, "x": {"y": true}, "neg": -1},
    {"id": "b", "n": 5, "t": null},
    {"id": "c", "n": 9007199254740993, "f": 1.50, "e": 1E+2}
  ]
}`

// The queries are the forms of RFC 9535 section 2 that people write.
func TestSelect(t *testing.T) {
	tests := []struct{ query, want string }{
		{"$", "$"},
		{"$.id", "$['id']"},
		{"id", "$['id']"},
		{"value[0].id", "$['value'][0]['id']"},
		{"['value'][1]", "$['value'][1]"},
		{"$['@odata.context']", "$['@odata.context']"},
		{`$["a b"]`, "$['a b']"},
		{`$['it\'s']`, `$['it\'s']`},
		{"$.value[-1].id", "$['value'][2]['id']"},
		{"$.value[5]", ""},
		{"$.value[-4]", ""},
		{"$.s[0]", ""},
		{"$.missing.deeper", ""},
		{"$.value.id", ""},
		{"$.value[0:2].id", "$['value'][0]['id'] $['value'][1]['id']"},
		{"$.value[1:].id", "$['value'][1]['id'] $['value'][2]['id']"},
		{"$.value[-2:].id", "$['value'][1]['id'] $['value'][2]['id']"},
		{"$.value[::2].id", "$['value'][0]['id'] $['value'][2]['id']"},
		{"$.value[*].n", "$['value'][0]['n'] $['value'][1]['n'] $['value'][2]['n']"},
		{"$.value[2,0].id", "$['value'][0]['id'] $['value'][2]['id']"},
		{"$.o.*", "$['o']['a'] $['o']['z']"},
		{"$.o['z','a']", "$['o']['a'] $['o']['z']"},
		{"$..id", "$['id'] $['value'][0]['id'] $['value'][1]['id'] $['value'][2]['id']"},
		{"$.value..y", "$['value'][0]['x']['y']"},
		{"$..[1]", "$['nested'][0][1] $['nested'][1] $['value'][1]"},
		{"$.nested..*", "$['nested'][0] $['nested'][0][0] $['nested'][0][1] $['nested'][1] $['nested'][1][0]"},
		{"$.value[?@.n > 3].id", "$['value'][1]['id'] $['value'][2]['id']"},
		{"$.value[?(@.n>=5)].id", "$['value'][1]['id'] $['value'][2]['id']"},
		{"$.value[?@.n<2].id", "$['value'][0]['id']"},
		{"$.value[?@.n==1.0].id", "$['value'][0]['id']"},
		{"$.value[?@.n==1e0].id", "$['value'][0]['id']"},
		{"$.value[?@.neg==-1].id", "$['value'][0]['id']"},
		{"$.value[?@.n == 9007199254740993].id", "$['value'][2]['id']"},
		{"$.value[?@.n == 9007199254740992].id", ""},
		{"$.value[?@.f == 1.5].id", "$['value'][2]['id']"},
		{"$.value[?@.e == 100].id", "$['value'][2]['id']"},
		{"$[?@ == 1]", "$['a b'] $['unit']"},
		{"$.value[?@.id == 'a'].n", "$['value'][0]['n']"},
		{`$.value[?@.id=="a"].n`, "$['value'][0]['n']"},
		{"$.value[?@['id']!='a'].n", "$['value'][1]['n'] $['value'][2]['n']"},
		{"$.value[?@.id<'c'].n", "$['value'][0]['n'] $['value'][1]['n']"},
		{"$.value[?@.t == null].id", "$['value'][1]['id']"},
		{"$.value[?@.t].id", "$['value'][1]['id']"},
		{"$.value[?!@.x].id", "$['value'][1]['id'] $['value'][2]['id']"},
		{"$.value[?@.x.y == true].id", "$['value'][0]['id']"},
		{"$.value[?@.n>1 && @.id!='c'].id", "$['value'][1]['id']"},
		{"$.value[?@.n>5 || @.id=='a'].id", "$['value'][0]['id'] $['value'][2]['id']"},
		{"$.value[?length(@.id)==1 && count(@.*)==3].id", "$['value'][1]['id']"},
		{"$.value[?match(@.id,'[ab]')].id", "$['value'][0]['id'] $['value'][1]['id']"},
		{"$[?match(@,'st')]", ""},
		{"$[?search(@,'st')]", "$['s']"},
		{"$..[?@.y]", "$['value'][0]['x']"},
		{"$.nested[?@[0]==3]", "$['nested'][1]"},
	}
	doc := mustParse(t, selectDoc)
	for _, test := range tests {
		path, err := jsondoc.ParsePath(test.query)
		if err != nil {
			t.Errorf("ParsePath(%s): %v", test.query, err)
			continue
		}
		var got []string
		for _, node := range path.Select(doc) {
			got = append(got, node.Path)
		}
		if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s selects (-want +got):\n%s", test.query, diff)
		}
	}
}

func TestSelectKeepsNumbersExact(t *testing.T) {
	path, err := jsondoc.ParsePath("$.value[?@.n > 1].*")
	if err != nil {
		t.Fatal(err)
	}
	spelled := map[string]string{}
	for _, node := range path.Select(mustParse(t, selectDoc)) {
		spelled[node.Path] = string(jsondoc.Canonical(nil, node.Value))
		if node.Path == "$['value'][2]['n']" && !equal(node.Value, mustParse(t, "9007199254740993")) {
			t.Errorf("got %v", node.Value)
		}
	}
	if len(spelled) != 7 {
		t.Errorf("got %v", spelled)
	}
}

func TestOnePathServesManyGoroutines(t *testing.T) {
	path, err := jsondoc.ParsePath("$..[?@.n > 1 && match(@.id, '[ab]')].id")
	if err != nil {
		t.Fatal(err)
	}
	doc := mustParse(t, selectDoc)
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for range 20 {
				if nodes := path.Select(doc); len(nodes) != 1 || nodes[0].Value != "b" {
					t.Errorf("got %v", nodes)
				}
			}
		})
	}
	group.Wait()
}

func TestParsePathRefuses(t *testing.T) {
	tests := []struct{ query, message string }{
		{"", "is empty"},
		{"@odata.context", "written ['@odata.context']"},
		{"$.@odata.context", "written ['name']"},
		{"$.a-b", "written ['name']"},
		{"$foo", "parse error"},
		{"$.", "not terminated"},
		{"$..", "'..' must be followed"},
		{"$.a..", "'..' must be followed"},
		{"$.value[", "not terminated"},
		{"$.value[?@.id=='a'", "not terminated"},
		{"$[?@.n >]", "not a value or function"},
		{"$[?foo(@)]", "not a value or function"},
		{"$[?@.id == $.id]", "'$' is supported at the beginning only"},
		{"$[9223372036854775808]", "more than 18 digits"},
		{"$.value[(@.length-1)]", ""},
		{"$[?(@.a=='", "ends too early"},
	}
	for _, test := range tests {
		_, err := jsondoc.ParsePath(test.query)
		if err == nil || !strings.Contains(err.Error(), test.message) || strings.Contains(err.Error(), "runtime error") {
			t.Errorf("ParsePath(%q) = %v, want %q", test.query, err, test.message)
		}
	}
	if _, err := jsondoc.ParsePath("$['$']['9223372036854775808']"); err != nil {
		t.Errorf("names are free: %v", err)
	}
}

func FuzzPath(f *testing.F) {
	for _, seed := range []string{"$.value[?@.n > 3].id", "$..*", "a[-1:0:-1]", "$[?search(@, @.id)]", "$['a','b',1]", "$[?@.n + 1 == 2]", `["\u0041"]`, "$[?(@.x in [1,'a'])]"} {
		f.Add(seed)
	}
	doc := mustParse(f, selectDoc)
	f.Fuzz(func(t *testing.T, query string) {
		path, err := jsondoc.ParsePath(query)
		if err != nil {
			if strings.Contains(strings.TrimPrefix(err.Error(), fmt.Sprintf("path %q", query)), "runtime error") {
				t.Errorf("%q: %v", query, err)
			}
			return
		}
		for _, node := range path.Select(doc) {
			again, err := jsondoc.ParsePath(node.Path)
			if err != nil {
				t.Fatalf("%q gives %s: %v", query, node.Path, err)
			}
			if found := again.Select(doc); len(found) != 1 || found[0].Path != node.Path || !equal(found[0].Value, node.Value) {
				t.Fatalf("%q gives %s, which gives %v", query, node.Path, found)
			}
			if jsondoc.Line(selectDoc, node.Path) == 0 {
				t.Fatalf("%s stands on no line", node.Path)
			}
		}
	})
}
