package permissions

import (
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
)

const (
	anyKey    = "{}"
	colonPath = ":" // what follows root: or an item
)

// written are the segments of a path as the file writes it: /me/drive/root:/{id}:/content,
// /applications(appId={value}), /reports/getX(period={value}).
func written(path string) []string {
	var all []string
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i := 0; i < len(parts); i++ {
		name, colon := strings.CutSuffix(parts[i], ":")
		name, inner, called := strings.Cut(name, "(")
		switch inner = strings.TrimSuffix(inner, ")"); {
		case strings.HasPrefix(name, "{"), name == "" && called: // (team-id), by mistake
			all = append(all, anyKey)
		case called && inner != "" && !strings.Contains(inner, "="):
			all = append(all, word(name), anyKey)
		case called && inner != "":
			var names []string
			for argument := range strings.SplitSeq(inner, ",") {
				name, _, _ := strings.Cut(argument, "=")
				names = append(names, strings.ToLower(strings.TrimSpace(name)))
			}
			all = append(all, word(name)+arguments(names))
		default:
			all = append(all, word(name))
		}
		if colon && i+1 < len(parts) {
			all = append(all, colonPath)
			i = endOfColon(parts, i+1)
		}
	}
	return all
}

// endOfColon is the part that ends a colon path: the next with a colon, or the one that begins
// it where somebody forgot that.
func endOfColon(parts []string, from int) int {
	if n := slices.IndexFunc(parts[from:], func(part string) bool { return strings.HasSuffix(part, ":") }); n >= 0 {
		return from + n
	}
	return from
}

// asked are the ways in which the file may write a segment of a request, the likeliest first.
func asked(s graphurl.Segment) []string {
	if s.Kind == graphurl.ColonPath {
		return []string{colonPath}
	}
	var names []string
	for _, a := range s.Args {
		names = append(names, strings.ToLower(a.Name))
	}
	name := word(s.Text)
	switch {
	case len(names) > 0:
		return []string{name + arguments(names)}
	case s.Kind == graphurl.Key, strings.HasPrefix(s.Text, "{"):
		return []string{name, anyKey}
	case s.Kind == graphurl.Word:
		return []string{name, anyKey} // a key that looks like a word
	}
	return []string{name}
}

func arguments(names []string) string {
	slices.Sort(names)
	return "(" + strings.Join(names, ",") + ")"
}

// word is a name without its namespace, in lower case.
func word(name string) string {
	name = strings.ToLower(name)
	for _, namespace := range []string{"microsoft.graph.", "graph.", "default."} {
		if rest, ok := strings.CutPrefix(name, namespace); ok {
			return rest[strings.LastIndexByte(rest, '.')+1:]
		}
	}
	return name
}
