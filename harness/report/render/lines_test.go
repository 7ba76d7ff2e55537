package render

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestCompareLines: every line of both texts is in the pairs, once and in order, and lines are
// paired only where they are equal.
func TestCompareLines(t *testing.T) {
	random := func(n int) (all []string) {
		for range rand.IntN(n) {
			all = append(all, fmt.Sprint(rand.IntN(8)))
		}
		return all
	}
	for range 2000 {
		old, new := random(30), random(30)
		x, y := 0, 0
		for _, p := range compareLines(old, new) {
			if p.old >= 0 && p.new >= 0 && old[p.old] != new[p.new] {
				t.Fatalf("%q and %q: %v are paired", old, new, p)
			}
			if p.old >= 0 {
				if p.old != x {
					t.Fatalf("%q and %q: old line %d comes after %d", old, new, p.old, x)
				}
				x++
			}
			if p.new >= 0 {
				if p.new != y {
					t.Fatalf("%q and %q: new line %d comes after %d", old, new, p.new, y)
				}
				y++
			}
		}
		if x != len(old) || y != len(new) {
			t.Fatalf("%q and %q: %d and %d lines are told", old, new, x, y)
		}
	}
}

// TestRows: a property that is gone is a row of its own, and marked; what only differs from
// one recording to the next is no difference; what is alike is folded.
func TestRows(t *testing.T) {
	many := strings.Split(strings.Repeat("  \"x\": 1,\n", 20)+"}", "\n")
	as := func(lines []string) (all []string) {
		for i := range lines {
			all = append(all, fmt.Sprint("x", i))
		}
		return all
	}
	s := sides{
		old: append([]string{"{", `  "id": "a",`, `  "office": "b",`}, many...), new: append([]string{"{", `  "id": "c",`}, many...),
		oldAs: append([]string{"{", "id", "office"}, as(many)...), newAs: append([]string{"{", "id"}, as(many)...),
		oldMark: 3,
	}
	rows, loose := s.rows()
	var told []string
	for _, r := range rows {
		told = append(told, fmt.Sprint(r.Kind, r.OldN, r.NewN, r.Marked, len(r.Folded)))
	}
	want := "same1 1 false 0, loose2 2 false 0, gone3 0 true 0, same4 3 false 0, same5 4 false 0, same6 5 false 0, same7 6 false 0, fold0 0 false 17"
	if got := strings.Join(told, ", "); got != want || loose != 1 {
		t.Errorf("%d loose\ngot  %s\nwant %s", loose, got, want)
	}
}

func TestRowsAreBounded(t *testing.T) {
	lines := make([]string, 9000)
	for i := range lines {
		lines[i] = fmt.Sprint(i)
	}
	s := sides{old: lines, new: lines[4500:]}
	if rows, _ := s.rows(); len(rows) > mostRows+1 {
		t.Errorf("%d rows", len(rows))
	}
	if rows := single(lines, "gone"); len(rows) > mostRows+1 {
		t.Errorf("%d rows", len(rows))
	}
}

// TestWrap: no line is wider than the terminal unless a word is, no word is broken, and what
// was said is said.
func TestWrap(t *testing.T) {
	text := "error: step wait: $.status: got \"done\", want \"succeeded\" https://graph.microsoft.com/v1.0/" + strings.Repeat("x", 90) + " and so on"
	for _, width := range []int{40, 80, 200} {
		lines := wrap("       ", text, width)
		for _, line := range lines {
			if len(line) > width && !strings.Contains(line, "https://") {
				t.Errorf("%d: %q", width, line)
			}
		}
		if got := strings.Join(strings.Fields(strings.Join(lines, " ")), " "); got != text {
			t.Errorf("%d: %q", width, got)
		}
	}
	if lines := wrap("  ", text, 0); len(lines) != 1 {
		t.Errorf("%q", lines)
	}
}
