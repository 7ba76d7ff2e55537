package testkit

import (
	_ "embed"
	"strconv"
	"strings"
	"testing"
)

//go:embed formats.txt
var formats string

// Examples of a format: values that have it, near misses, and where the fact comes from.
type Examples struct {
	Source           string
	Matches, Rejects []string
}

// Formats are the examples of all formats, by name.
func Formats(t testing.TB) map[string]*Examples {
	t.Helper()
	all := map[string]*Examples{}
	var now *Examples
	for line := range strings.Lines(formats) {
		line = strings.TrimSuffix(line, "\n")
		if name, source, ok := strings.Cut(line, "] "); ok && line[0] == '[' {
			now = &Examples{Source: source}
			all[name[1:]] = now
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		value, err := strconv.Unquote(line[2:])
		if err != nil {
			t.Fatalf("read the examples of formats: %s: %v", line, err)
		}
		if line[0] == '+' {
			now.Matches = append(now.Matches, value)
		} else {
			now.Rejects = append(now.Rejects, value)
		}
	}
	return all
}
