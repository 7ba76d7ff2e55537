package cassette

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// formatVersion is the newest version of the "graphvcr" block that is known.
const formatVersion = 1

// header is the "graphvcr" block as it stands in a file: what Meta has, and how
// many interactions the file holds, which tells a file that was cut short.
type header struct {
	Meta
	Count     int // -1 when the file does not say
	countLine int
}

// check says whether a file holds as many interactions as it says.
func (h header) check(file string, got int) error {
	if h.countLine > 0 && h.Count != got {
		return countError(file, h.countLine, h.Count, got)
	}
	return nil
}

// readHeader reads the lines of a "graphvcr:" block that stand in the file from
// line first on.
func readHeader(file string, text []byte, first int) (header, error) {
	var doc yaml.Node
	if err := unmarshal(text, &doc); err != nil {
		return header{}, err
	}
	if len(doc.Content) != 1 || len(doc.Content[0].Content) != 2 {
		return header{}, errors.New("not one mapping")
	}
	return headerOf(file, doc.Content[0].Content[1], first-1)
}

// The keys of our blocks, in the order in which Save writes them.
var (
	headerKeys = []string{
		"format", "interactions", "origin", "source", "recorded-at", "auth", "cloud", "rules", "client", "expires", "vars", "redacted",
	}
	authKeys = []string{"kind", "scopes", "roles"}
	markKeys = []string{"body", "principal"}
)

// headerOf reads the block from its YAML, whose lines are counted from offset on.
func headerOf(file string, node *yaml.Node, offset int) (header, error) {
	fail := func(n *yaml.Node, advice, format string, args ...any) (header, error) {
		e := fault.Load(file, n.Line+offset, -1, fmt.Sprintf("graphvcr block: "+format, args...), advice)
		e.Column = n.Column
		return header{}, e
	}
	if err := checkKeys(file, node, offset, -1, "graphvcr block", headerKeys); err != nil {
		return header{}, err
	}
	var h header
	version, _ := value(node, "format")
	switch {
	case version == nil:
		return fail(node, "", "it has no format number")
	case version.Decode(&h.Format) != nil || h.Format < 1:
		return fail(version, "", "format %q is not a number above 0", version.Value)
	case h.Format > formatVersion:
		return fail(version, "update graphvcr", "format %d is newer than this program, which reads up to %d", h.Format, formatVersion)
	}
	if auth, _ := value(node, "auth"); auth != nil {
		if err := checkKeys(file, auth, offset, -1, "graphvcr block: auth", authKeys); err != nil {
			return header{}, err
		}
	}
	if at, _ := value(node, "recorded-at"); at != nil {
		if _, err := time.Parse(time.RFC3339, at.Value); err != nil {
			return fail(at, "write it like 2026-11-24T08:30:00Z", "recorded-at %q is not a time as in RFC 3339", at.Value)
		}
	}
	if err := node.Decode(&h.Meta); err != nil {
		line, message := splitLine(err)
		return fail(&yaml.Node{Line: line}, "", "%s", message)
	}
	h.RecordedAt = h.RecordedAt.UTC()
	if expires, _ := value(node, "expires"); expires != nil {
		if _, err := ParseLifetime(h.Expires); err != nil {
			return fail(expires, "", "expires: %v", err)
		}
		if h.RecordedAt.IsZero() && h.Expires != Never {
			return fail(expires, "say when it was recorded, as in recorded-at: 2026-11-24T08:30:00Z", "expires counts from recorded-at, which is missing")
		}
	}
	if origin, _ := value(node, "origin"); origin != nil && !slices.Contains(origins, h.Origin) {
		return fail(origin, didYouMean(origin.Value, origins), "origin %q is none of %s", origin.Value, join(origins))
	}
	if h.Auth != nil && h.Auth.Kind != "delegated" && h.Auth.Kind != "application" {
		auth, _ := value(node, "auth")
		return fail(auth, "", "auth kind %q is neither delegated nor application", h.Auth.Kind)
	}
	if count, _ := value(node, "interactions"); count != nil {
		if err := count.Decode(&h.Count); err != nil || h.Count < 0 {
			return fail(count, "", "interactions %q is not a number", count.Value)
		}
		h.countLine = count.Line + offset
	}
	return h, nil
}

var origins = []Origin{Recorded, Docs, Imported, Emulator}

// value returns what a mapping holds under a key, with aliases followed, and the
// key; nil when it has no such key.
func value(mapping *yaml.Node, key string) (val, at *yaml.Node) {
	if mapping == nil {
		return nil, nil
	}
	mapping = follow(mapping)
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return follow(mapping.Content[i+1]), mapping.Content[i]
		}
	}
	return nil, nil
}

// follow returns what an alias stands for, and any other node itself.
func follow(node *yaml.Node) *yaml.Node {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	return node
}

// checkKeys says whether one of our blocks is a mapping with known keys only. The
// block is ours alone, so a key that is not known is a mistake.
func checkKeys(file string, node *yaml.Node, offset, interaction int, what string, known []string) error {
	at := func(node *yaml.Node, message, advice string) error {
		e := fault.Load(file, node.Line+offset, interaction, message, advice)
		e.Column = node.Column
		return e
	}
	if node.Kind != yaml.MappingNode {
		return at(node, what+" is not a mapping", "")
	}
	for i := 0; i < len(node.Content); i += 2 {
		key := node.Content[i]
		if !slices.Contains(known, key.Value) {
			return at(key, fmt.Sprintf("%s: unknown key %q", what, key.Value), didYouMean(key.Value, known))
		}
	}
	return nil
}

func didYouMean[S ~string](name string, known []S) string {
	return cmp.Or(fault.Meant(name, known), "the known ones are "+join(known))
}

func join[S ~string](names []S) string {
	var all []string
	for _, n := range names {
		all = append(all, string(n))
	}
	return strings.Join(all, ", ")
}
