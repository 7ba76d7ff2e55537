package harness

import "testing"

func TestLevels(t *testing.T) {
	for pattern, want := range map[string]int{
		"":                 0,
		"TestA":            1,
		"^TestA$/^one$":    2,
		"TestA|TestB/one":  2,
		"TestB/one/x|T":    3,
		"Test[/]":          1,
		"Test(a/b)":        1,
		`Test\/a`:          1,
		"^TestA$/^a[/|]b$": 2,
	} {
		if got := levels(pattern); got != want {
			t.Errorf("%q names %d levels, want %d", pattern, got, want)
		}
	}
}
