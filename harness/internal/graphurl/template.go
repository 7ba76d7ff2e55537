package graphurl

import (
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/ascii"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
)

// Template returns the path with every id replaced by its kind in braces
// ("/beta/chats/{chat-id}/operations/{teams-operation-id}"), without the query.
// An id of no recognised format is {id}, a file's path {path}; names that Graph
// itself gives to folders stay.
func (u *URL) Template() string {
	var b strings.Builder
	b.Grow(u.pathSize())
	if u.Version != "" {
		b.WriteByte('/')
		b.WriteString(u.Version)
	}
	for _, s := range u.Segments {
		if s.Kind != ColonPath {
			b.WriteByte('/')
		}
		switch s.Kind {
		case Key:
			b.WriteString(keyTemplate(s.Text))
		case ColonPath:
			writeColonTemplate(&b, s.Text)
		case Word:
			b.WriteString(wordTemplate(s.Text))
			writeArgs(&b, s.Args, func(value string) { writeValueTemplate(&b, value) })
		default:
			escape(&b, s.Text, pathBytes)
		}
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

// folderNames are ids that Graph defines: they mean the same in every tenant
// (v1.0/resources/mailfolder, v1.0/api/drive-get-specialfolder, site-get).
var folderNames = append([]string{"root", "documents", "photos", "cameraroll", "approot", "music"}, mailFolders...)

func keyTemplate(text string) string {
	if f := identity.Recognise(text); f != nil {
		return "{" + f.Name + "}"
	}
	if lower := ascii.ToLower(text); slices.Contains(folderNames, lower) {
		return lower
	}
	return "{id}"
}

// wordTemplate looks for ids where no collection is known, as on other hosts.
func wordTemplate(text string) string {
	if _, known := lookup(text, pathStep); !known {
		if f := identity.Recognise(text); f != nil {
			return "{" + f.Name + "}"
		}
		if len(text) > longestChoice && strings.ContainsAny(text, "0123456789") {
			return "{id}"
		}
	}
	var b strings.Builder
	escape(&b, text, pathBytes)
	return b.String()
}

func writeColonTemplate(b *strings.Builder, text string) {
	if strings.TrimRight(text, ":/") == "" {
		b.WriteString(text)
		return
	}
	b.WriteString(":/{path}")
	if strings.HasSuffix(text, ":") {
		b.WriteByte(':')
	}
}

// longestChoice is the longest text that counts as a choice among a few ('D7',
// 'A1:B2', v2.0) rather than for a value of its own.
const longestChoice = 16

func writeValueTemplate(b *strings.Builder, value string) {
	text := strings.Trim(value, "'")
	switch f := identity.Recognise(text); {
	case f != nil:
		b.WriteString("{" + f.Name + "}")
	case len(text) > longestChoice:
		b.WriteString("{value}")
	default:
		escape(b, value, pathBytes)
	}
}

// Name returns the path in words for the name of a file, which hold nothing of a request's
// values: "users-id-messages" of any user's messages. Words are those of Graph's metadata;
// every id, in key syntax, as an alternate key or in a path after a colon, is "id" or "path",
// arguments of functions are left out, as the version, the host and the options are, and
// any other word is "value". The root is "".
func (u *URL) Name() string {
	var words []string
	for _, s := range u.Segments {
		if word := s.word(); word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, "-")
}

func (s Segment) word() string {
	lower := ascii.ToLower(s.Text)
	switch s.Kind {
	case Key:
		if slices.Contains(folderNames, lower) {
			return lower
		}
		return "id"
	case ColonPath:
		if strings.Trim(s.Text, ":/") == "" {
			return ""
		}
		return "path"
	case System:
		return strings.TrimPrefix(lower, "$")
	case Cast:
		name := lower[strings.LastIndexByte(lower, '.')+1:]
		if _, known := lookup(name, castType); known {
			return name
		}
		return "value"
	}
	name := strings.TrimPrefix(lower, "microsoft.graph.") // as operations may be written
	w, known := lookup(name, pathStep)
	switch {
	case !known:
		return "value"
	case len(s.Args) > 0 && w.roles&callable == 0: // an alternate key
		return name + "-id"
	}
	return name
}
