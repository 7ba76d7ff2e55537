package strictyaml

import (
	"fmt"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// page is a small file to decode: a name, a count and tags.
type page struct {
	name  string
	count int
	on    bool
	tags  []string
	lines []int
}

func decodePage(root Value) page {
	var p page
	if !root.Only("the page", []string{"name", "count", "on", "tags"}) {
		return p
	}
	root.Require("the page", "name")
	p.name, p.lines = root.At("name").Text(), append(p.lines, root.At("name").Line())
	p.count, p.on = root.At("count").Int(), root.At("on").Bool()
	for _, tag := range root.At("tags").Items() {
		p.tags, p.lines = append(p.tags, tag.Text()), append(p.lines, tag.Line())
	}
	return p
}

func TestDecode(t *testing.T) {
	got, err := Decode("f.yaml", []byte("name: &n x\ncount: 3\non: true\ntags:\n  - a\n  - *n\n"), decodePage)
	if err != nil {
		t.Fatal(err)
	}
	// A value behind an alias stands where the anchor is.
	if want := (page{"x", 3, true, []string{"a", "x"}, []int{1, 5, 1}}); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "1:1: the file is empty",
		"# x\n":                          "1:1: the file is empty",
		"name: x\ncuont: 1\n":            `2:1: unknown key "cuont" in the page; did you mean "count"?`,
		"count: 1\n":                     `1:1: missing key "name" in the page`,
		"name: x\nname: y\n":             `2:1: duplicate key "name", first on line 1`,
		"name: [x]\n":                    `1:7: "name" must be`,
		"name: x\ncount: one\n":          `2:8: "count" must be`,
		"name: x\ntags: a\n":             `2:7: "tags" must be a list`,
		"- a\n":                          "1:1: the file must be a mapping",
		"name: x\n---\nname: y\n":        "a second document begins here",
		"name: x\n\ttags: []\n":          "tab",
		"name: \xff\n":                   "1:7: ",
		"name: !!python/object x\n":      "1:7: ",
		"name: x\ntags: &a [*a]\n":       "anchor",
		"name: x\n<<: {count: 1}\n":      "2:1: ",
		"name: x\ntags: [\"a\n":          "not valid YAML",
		"name: x\ncount: 1\non: maybe\n": `3:5: "on" must be`,
	} {
		_, err := Decode("f.yaml", []byte(text), decodePage)
		var told []string
		for _, f := range fault.Parts(err) {
			if at := fault.Find(f); at.File != "f.yaml" || at.Line < 1 || at.Column < 1 {
				t.Errorf("%q: %v has no place", text, f)
			}
			told = append(told, strings.TrimSuffix(strings.TrimPrefix(f.Error(), "f.yaml:")+"; "+fault.Hint(f), "; "))
		}
		if all := strings.Join(told, "\n"); !strings.Contains(all, want) {
			t.Errorf("%q: told\n%s\nwant %q", text, all, want)
		}
	}
}

// An alias that stands for ever more aliases is refused before it is expanded.
func TestAliasBomb(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), ","))
	}
	if _, err := Decode("f.yaml", []byte(bomb), decodePage); err == nil {
		t.Error("an alias bomb was let pass")
	}
}

// TestAtIsCheap: a key is looked for without a name being made for each that it is not.
func TestAtIsCheap(t *testing.T) {
	text := "a: 1\n"
	for n := range 1000 {
		text += fmt.Sprintf("a%d: 1\n", n)
	}
	_, err := Decode("f.yaml", []byte(text+"last: 2\n"), func(root Value) int {
		if n := testing.AllocsPerRun(1, func() { root.At("last"); root.Only("it", []string{"a"}) }); n > 500 {
			t.Errorf("%.0f allocations", n)
		}
		return 0
	})
	if err == nil || !strings.Contains(err.Error(), `unknown key "a0" in it`) {
		t.Error(err)
	}
}
