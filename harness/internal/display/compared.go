package display

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// Compared is a JSON text in as many lines as its indented form, each of which is a place and,
// where exact says so of that place, the value there: two recordings of an unchanged service
// have the same lines. Places have * for the indexes of arrays when exact is asked. What is no
// JSON is "".
func Compared(text string, exact func(place string) bool) string {
	if len(text) > mostCompared {
		return ""
	}
	c := comparer{exact: exact}
	for t, err := range jsondoc.Scan(text) {
		if err != nil || t.Depth > deepest {
			return ""
		}
		c.add(t)
	}
	return strings.Join(c.lines, "\n")
}

// mostCompared and deepest bound a text that is compared line by line: every line holds the
// whole of its place.
const (
	mostCompared = 1 << 20
	deepest      = 64
)

// comparer writes the lines of a document.
type comparer struct {
	exact  func(string) bool
	lines  []string
	open   []level
	opened bool // by the token before
}

// level is an object or array that is open.
type level struct {
	path, place string // with indexes, and with stars
	elements    int
}

func (c *comparer) add(t jsondoc.Token) {
	if t.Closes() {
		closed := c.open[len(c.open)-1]
		c.open = c.open[:len(c.open)-1]
		if c.opened { // an empty one is a line
			c.lines[len(c.lines)-1] += t.Raw
		} else {
			c.lines = append(c.lines, closed.path+t.Raw)
		}
		c.opened = false
		return
	}
	path, place := jsondoc.Root, jsondoc.Root
	if n := len(c.open); n > 0 {
		in := &c.open[n-1]
		if t.NameAt >= 0 {
			path, place = jsondoc.AppendPath(in.path, t.Name), jsondoc.AppendPath(in.place, t.Name)
		} else {
			path, place = jsondoc.AppendPath(in.path, in.elements), in.place+"[*]"
			in.elements++
		}
	}
	c.opened = t.Opens()
	switch {
	case t.Opens():
		c.lines = append(c.lines, path+t.Raw)
		c.open = append(c.open, level{path: path, place: place})
	case c.exact(place):
		c.lines = append(c.lines, strings.ReplaceAll(path+"="+t.Raw, "\n", " "))
	default:
		c.lines = append(c.lines, path)
	}
}
