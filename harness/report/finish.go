package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Finish sorts the cases and findings and fills in ids and statuses. Call it
// once all cases are in; calling it again (with another FailOn, or after adding
// findings) gives the same as calling it once.
func (s *Suite) Finish() {
	if !s.Ordered {
		slices.SortStableFunc(s.Cases, func(a, b Case) int { return cmp.Or(strings.Compare(a.File, b.File), strings.Compare(a.Name, b.Name)) })
	}
	if s.FailOn == Note {
		s.FailOn = Error
	}
	for i := range s.Cases {
		s.Cases[i].finish(s.FailOn)
	}
}

func (c *Case) finish(failOn Severity) {
	if !c.Ordered {
		slices.SortStableFunc(c.Findings, compareFindings)
	}
	c.identify()
	switch {
	case c.Status == Errored, c.Status == Skipped:
	case c.fails(failOn):
		c.Status = Failed
	default:
		c.Status = Passed
	}
}

// identify gives every finding its id: a digest of what the finding is about,
// not of where its lines happen to stand nor of the values seen. Findings that
// agree in all of that are distinguished by their order.
func (c *Case) identify() {
	seen := map[string]int{}
	for i := range c.Findings {
		f := &c.Findings[i]
		if f.Fingerprint != "" {
			f.ID = f.Fingerprint
			continue
		}
		about := strings.Join([]string{anchored(c.File), c.Name, string(f.Rule), f.Step, f.Where}, "\x00")
		seen[about]++
		if n := seen[about]; n > 1 {
			about = fmt.Sprintf("%s\x00%d", about, n)
		}
		f.ID = digest(about)
	}
}

// ID is a digest of what the case is called: 12 hexadecimal digits.
func (c *Case) ID() string { return digest(anchored(c.File), c.Name) }

// digest is 12 hex digits that depend on texts.
func digest(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// anchored returns a file's name without the "../" steps that depend on where
// the run was started.
func anchored(file string) string {
	file = path.Clean(strings.ReplaceAll(file, `\`, "/"))
	for strings.HasPrefix(file, "../") {
		file = file[len("../"):]
	}
	return file
}

func compareFindings(a, b Finding) int {
	if by := cmp.Or(
		comparePlaces(a.Place, b.Place),
		comparePlaces(a.Cassette, b.Cassette),
		strings.Compare(a.Step, b.Step),
		comparePaths(a.Where, b.Where),
		cmp.Compare(a.Rule, b.Rule),
	); by != 0 {
		return by
	}
	return cmp.Or(
		strings.Compare(a.Sentence(), b.Sentence()),
		strings.Compare(a.Want, b.Want),
		strings.Compare(a.Got, b.Got),
	)
}

// comparePaths compares texts in which digits are numbers: $.value[9] comes before $.value[10].
func comparePaths(a, b string) int {
	const digits = "0123456789"
	x, y := a, b
	for x != "" && y != "" {
		restX, restY := strings.TrimLeft(x, digits), strings.TrimLeft(y, digits)
		n, m := strings.TrimLeft(x[:len(x)-len(restX)], "0"), strings.TrimLeft(y[:len(y)-len(restY)], "0")
		if len(restX) == len(x) || len(restY) == len(y) { // one is no number
			n, m, restX, restY = x[:1], y[:1], x[1:], y[1:]
		}
		if by := cmp.Or(cmp.Compare(len(n), len(m)), strings.Compare(n, m)); by != 0 {
			return by
		}
		x, y = restX, restY
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a, b))
}

// comparePlaces puts an unknown line after every known one.
func comparePlaces(a, b Place) int {
	return cmp.Or(
		strings.Compare(a.File, b.File),
		cmp.Compare(uint(a.Line-1), uint(b.Line-1)),
		cmp.Compare(a.Column, b.Column),
	)
}
