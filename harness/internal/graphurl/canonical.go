package graphurl

import "strings"

// Path returns the canonical path, version included, percent-encoded one way.
// Keys stand as segments of their own, users/x, unless only users('x') means the
// key there.
func (u *URL) Path() string {
	var b strings.Builder
	b.Grow(u.pathSize())
	u.writePath(&b)
	return b.String()
}

// Query returns the canonical query without '?': options sorted by name, system
// options with their '$', $select and $expand lists sorted.
func (u *URL) Query() string {
	if len(u.Options) == 0 {
		return ""
	}
	var b strings.Builder
	b.Grow(u.querySize())
	u.writeQuery(&b)
	return b.String()
}

// String returns the canonical address, which Parse reads: "//", host class, path
// and query.
func (u *URL) String() string {
	var b strings.Builder
	b.Grow(2 + len(u.Host) + u.pathSize() + 1 + u.querySize())
	b.WriteString("//")
	b.WriteString(u.Host)
	u.writePath(&b)
	if len(u.Options) > 0 {
		b.WriteByte('?')
		u.writeQuery(&b)
	}
	return b.String()
}

// pathSize is enough for a path with a few escapes in it.
func (u *URL) pathSize() int {
	n := len(u.Version) + 8
	for _, s := range u.Segments {
		n += len(s.Text) + 5
		for _, a := range s.Args {
			n += len(a.Name) + len(a.Value) + 2
		}
	}
	return n
}

func (u *URL) querySize() int {
	n := 0
	for _, o := range u.Options {
		n += len(o.Name) + len(o.Value) + 2 + len(o.Value)/2
	}
	return n
}

func (u *URL) writePath(b *strings.Builder) {
	pos := anywhere
	if u.Host == Graph {
		pos = atRoot
	}
	if u.Version != "" {
		b.WriteByte('/')
		b.WriteString(u.Version)
	} else if len(u.Segments) == 0 {
		b.WriteByte('/')
	}
	for _, s := range u.Segments {
		switch {
		case s.Kind == ColonPath:
			escape(b, s.Text, colonBytes)
		case s.Kind == Key && !pos.readsAsKey(s.Text):
			b.WriteString("('")
			escape(b, strings.ReplaceAll(s.Text, "'", "''"), pathBytes)
			b.WriteString("')")
		default:
			b.WriteByte('/')
			escape(b, s.Text, pathBytes)
			writeArgs(b, s.Args, func(value string) { escape(b, value, pathBytes) })
		}
		pos = pos.after(s)
	}
}

// readsAsKey reports whether a bare segment at p is read as that key.
func (p position) readsAsKey(text string) bool {
	if p == anywhere || p == atRoot {
		return true // there is no word that a key in parentheses could follow
	}
	return text != "" && strings.IndexByte(text, '(') < 0 && colonAt(text) < 0 && p.bare(text).Kind == Key
}

func writeArgs(b *strings.Builder, args []Option, write func(value string)) {
	for i, a := range args {
		b.WriteByte("(,"[min(i, 1)])
		b.WriteString(a.Name)
		b.WriteByte('=')
		write(a.Value)
	}
	if len(args) > 0 {
		b.WriteByte(')')
	}
}

func (u *URL) writeQuery(b *strings.Builder) {
	for i, o := range u.Options {
		if i > 0 {
			b.WriteByte('&')
		}
		escape(b, o.Name, queryBytes)
		b.WriteByte('=')
		escape(b, o.Value, queryBytes)
	}
}
