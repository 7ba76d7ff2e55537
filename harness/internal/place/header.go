package place

import (
	"net/http"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/place/media"
)

// readHeader reads the value of a header; its role is that of a message's, or a part's.
func readHeader(w *walker, name, s string, role Role) {
	leaf := Leaf{Role: role, Name: http.CanonicalHeaderKey(name)}
	switch leaf.Name {
	case "Content-Disposition", "Content-Type":
		readParameters(w, s, leaf)
	case "Link":
		readLinks(w, s, leaf)
	default:
		w.value(s, 0, leaf)
	}
}

// readLinks reads the value of Link: addresses between < and >, and their parameters.
func readLinks(w *walker, s string, leaf Leaf) {
	for at := 0; at < len(s); {
		open := at + indexAny(s[at:], "<")
		if rest := strings.Trim(s[at:open], " ,;"); rest != "" {
			leaf.Text = rest
			w.show(leaf, at+strings.Index(s[at:], rest))
		}
		if open == len(s) {
			return
		}
		end := open + indexAny(s[open:], ">")
		readAddress(w, s[open+1:end], open+1)
		at = end + 1
	}
}

// readParameters shows the boundary and the names that parameters hold, and the rest of a header
// piece by piece.
func readParameters(w *walker, s string, leaf Leaf) {
	disposition := leaf.Name == "Content-Disposition"
	media.EachParam(s, func(p media.Param) {
		l := Leaf{Text: p.Value, Role: leaf.Role, Name: "filename"}
		show := func(at int) { w.in(frame{label: p.Key}, func() { w.show(l, at) }) }
		switch key := p.Key; {
		case key == "filename*" && disposition:
			n := strings.LastIndexByte(p.Value, '\'') + 1 // RFC 8187: charset, language and percent escapes
			p.Key = "filename"
			charset, _, _ := strings.Cut(p.Value[:n], "'")
			leaf.Text = charset
			w.show(leaf, p.At)
			leaf.Text = strings.Trim(p.Value[len(charset):n], "'")
			w.show(leaf, p.At+len(charset)+1)
			w.through(percent(p.Value[n:], false), p.At+n, func(t string) { l.Text = t; show(0) })
		case key == "filename" && disposition, key == "name" && !disposition:
			show(p.At)
		case key == "boundary" && !disposition:
			l.Role, l.Name = Boundary, key
			show(p.At)
		case key == "name":
			l.Role, l.Name = OptionName, strings.ToLower(p.Value)
			show(p.At)
		default:
			leaf.Text = p.Piece
			w.show(leaf, p.Start)
		}
	})
}
