package fault_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

func Example() {
	err := fmt.Errorf("open project: %w", &fault.Error{
		Place:   fault.Place{File: "rules.yaml", Line: 3, Column: 5},
		Message: `the rule has no key "expct"`,
		Hint:    fault.Meant("expct", []string{"expect", "request"}),
	})
	fmt.Println(err)
	fmt.Println("hint:", fault.Hint(err))
	fmt.Println("line", fault.Find(err).Line)
	// Output:
	// open project: rules.yaml:3:5: the rule has no key "expct"
	// hint: did you mean "expect"?
	// line 3
}

func TestText(t *testing.T) {
	at := func(line, column int) fault.Place { return fault.Place{File: "f", Line: line, Column: column} }
	last := 7
	for want, err := range map[string]*fault.Error{
		"m":                        {Message: "m"},
		"m: not there":             {Message: "m", Cause: errors.New("not there")},
		"not there":                {Hint: "h", Cause: errors.New("not there")},
		"missing":                  {Message: "missing", Kind: fs.ErrNotExist},
		"f: m":                     {Place: at(0, 0), Message: "m"},
		"f:3: m":                   {Place: at(3, 0), Message: "m"},
		"f:3:5: m: c":              {Place: at(3, 5), Message: "m", Cause: errors.New("c")},
		"import f: m":              {Doing: "import", Place: at(0, 0), Message: "m"},
		"import f: line 3: m":      {Doing: "import", Place: at(3, 0), Message: "m"},
		"load f: interaction 0: m": fault.Load("f", 0, 0, "m", ""),
		"load f: line 3: m":        fault.Load("f", 3, -1, "m", ""),
		"m without a file":         {Doing: "import", Place: fault.Place{Line: 3}, Message: "m without a file"},
		"load f: line 3, column 5: interaction 7: m": {Doing: "load", Place: at(3, 5), Interaction: &last, Message: "m"},
	} {
		if got := err.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestReaders(t *testing.T) {
	placed := &fault.Error{Place: fault.Place{File: "f", Line: 1}, Message: "placed"}
	hinted := &fault.Error{Message: "hinted", Hint: "h"}
	for _, test := range []struct {
		name, hint, file string
		err              error
	}{
		{"nothing", "", "", nil},
		{"another's error", "", "", fs.ErrNotExist},
		{"both in a sentence", "h", "f", fmt.Errorf("%w and %w", placed, hinted)},
		{"the outer hint first", "outer", "f", fault.Advise(fault.Advise(placed, "inner"), "outer")},
		{"the outer has none", "h", "", &fault.Error{Message: "m", Cause: hinted}},
		{"as the kind", "h", "", &fault.Error{Message: "m", Kind: hinted}},
	} {
		if got := fault.Hint(test.err); got != test.hint {
			t.Errorf("%s: hint %q, want %q", test.name, got, test.hint)
		}
		file := ""
		if at := fault.Find(test.err); at != nil {
			file = at.File
		}
		if file != test.file {
			t.Errorf("%s: file %q, want %q", test.name, file, test.file)
		}
	}
	if missing := (&fault.Error{Message: "m", Kind: fs.ErrNotExist}); !errors.Is(missing, fs.ErrNotExist) {
		t.Error("an error is not of its kind")
	}
	path := fmt.Errorf("x: %w", &fs.PathError{Op: "open", Path: "p", Err: fs.ErrPermission})
	if got := fault.Reason(path); got != fs.ErrPermission {
		t.Errorf("the reason of %v is %v", path, got)
	}
}

func TestParts(t *testing.T) {
	a, b, c := errors.New("a"), errors.New("b"), errors.New("c")
	for _, test := range []struct {
		err  error
		want []string
	}{
		{nil, nil},
		{a, []string{"a"}},
		{errors.Join(a, b, errors.Join(c)), []string{"a", "b", "c"}},
		{fmt.Errorf("%w and %w", a, b), []string{"a and b"}},
		{fmt.Errorf("load: %w", errors.Join(a, b)), []string{"load: a\nb"}},
	} {
		var got []string
		for _, part := range fault.Parts(test.err) {
			got = append(got, part.Error())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%v: %s", test.err, diff)
		}
	}
}

func TestNear(t *testing.T) {
	names := []string{"users", "user", "chats", "use", "uses", "used"}
	got := fault.Near(names, 1, func(name string) int { return fault.Distance("user", name) })
	if diff := cmp.Diff([]string{"user", "use", "used"}, got); diff != "" {
		t.Error(diff)
	}
	if got := fault.DidYouMean(got...); got != "did you mean user, or use, or used?" {
		t.Error(got)
	}
	if got := fault.DidYouMean(); got != "" {
		t.Error(got)
	}
}

func TestSuggest(t *testing.T) {
	for _, test := range []struct {
		name, want string
		known      []string
	}{
		{"expct", `did you mean "expect"?`, []string{"request", "expect"}},
		{"EXPECT", `did you mean "expect"?`, []string{"expect"}},
		{"orig", `did you mean "origin"?`, []string{"origin"}},
		{"colour", "known: a, b", []string{"b", "a"}},
		{"colour", "", make([]string, 30)},
		{"colour", "", nil},
	} {
		if got := fault.Suggest(test.name, test.known); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
	if got := fault.Meant("colour", []string{"b", "a"}); got != "" {
		t.Error(got)
	}
	if got := strings.Count(fault.Meant("xy", []string{"x"}), "x"); got != 0 {
		t.Error("a name of two slips' length is near to everything")
	}
}
