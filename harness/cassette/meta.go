package cassette

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
)

// formatVersion is the newest version of the "graphvcr" block that is known.
const formatVersion = 2

// header is the "graphvcr" block as it stands in a file: what Meta has, how many
// interactions the file holds, which reveals a file that was cut short, and how many holes,
// with a sum over them and the tags.
type header struct {
	Meta
	Count, Holes int
	Sum          string
	lines        map[string]int // where its keys stand
	names        []string       // of the tags, as they stand in the file, where that is known
}

// cassette makes a cassette of what was read of a file, and finds its salt.
func (h *header) cassette(file string, interactions []*Interaction, unsealed bool) (*Cassette, error) {
	if line := h.lines["interactions"]; line > 0 && h.Count != len(interactions) {
		return nil, fault.Load(file, line, -1, fmt.Sprintf("the file says that it holds %d interactions, and holds %d", h.Count, len(interactions)),
			"it was cut short, so restore it; or, if interactions were added or removed by hand, correct the number on this line")
	}
	if !areInOrder(interactions) {
		if err := checkIDs(file, interactions); err != nil {
			return nil, err
		}
	}
	if !unsealed {
		if err := h.checkSeal(file, interactions); err != nil {
			return nil, err
		}
	}
	salt, err := h.salt(file)
	if err != nil {
		return nil, err
	}
	return &Cassette{File: file, Meta: h.Meta, Interactions: interactions, Salt: salt}, nil
}

// readHeader reads the lines of a "graphvcr:" block that stand in the file from
// line first on.
func readHeader(file string, text []byte, first int, unsealed bool) (header, error) {
	rest, tags, names, line := cutTags(text)
	block, err := headerBlock(rest)
	if _, at := value(block, "tags"); tags != nil && (err != nil || at == nil || at.Line != line) { // they were part of a text
		tags = nil
		block, err = headerBlock(text)
	}
	if err != nil {
		return header{}, err
	}
	h, err := headerOf(file, block, first-1, unsealed)
	if tags != nil {
		h.Tags, h.names = tags, names
	}
	return h, err
}

func headerBlock(text []byte) (*yaml.Node, error) {
	doc, _, err := unmarshal(text)
	if err != nil {
		return nil, err
	}
	if len(doc.Content) != 1 || len(doc.Content[0].Content) != 2 {
		return nil, errors.New("not one mapping")
	}
	return doc.Content[0].Content[1], nil
}

// cutTags takes the tags out of the lines of a header, where all of them are as Save writes
// them: there may be one for each name of a recording, and yaml.v3 takes a microsecond and half
// a kB for each. In their place stands an empty mapping, and what follows keeps its lines.
func cutTags(text []byte) (rest []byte, tags map[string]string, names []string, line int) {
	const key = "\n  tags:"
	at := bytes.Index(text, []byte(key+"\n"))
	if at < 0 {
		return text, nil, nil, 0
	}
	at += len(key)
	end := at + 1
	most := bytes.Count(text[end:], []byte("\n"))
	tags, names = make(map[string]string, most), make([]string, 0, most)
	for l := range strings.Lines(string(text[end:])) {
		if !strings.HasPrefix(l, "    ") {
			break
		}
		name, tag, ok := tagOf(strings.TrimSuffix(l[4:], "\n"))
		if !ok || tags[name] != "" {
			return text, nil, nil, 0
		}
		tags[name], names = tag, append(names, name)
		end += len(l)
	}
	if len(tags) == 0 || bytes.HasPrefix(text[end:], []byte("   ")) {
		return text, nil, nil, 0
	}
	rest = append(slices.Clone(text[:at]), " {}"...)
	rest = append(rest, strings.Repeat("\n", len(tags)+1)...)
	return append(rest, text[end:]...), tags, names, bytes.Count(text[:at], []byte("\n")) + 1
}

// tagOf reads a line of the mapping of tags without its indentation.
func tagOf(line string) (name, tag string, ok bool) {
	var rest string
	switch {
	case len(line) == 0 || len(line) > longKey:
		return "", "", false
	case line[0] == '"':
		name, rest, ok = quotedFirst(line)
	case line[0] == '\'':
		name, rest, ok = strings.Cut(line[1:], "'")
	default:
		end := max(strings.IndexByte(line, ':'), 0)
		name, rest, ok = line[:end], line[end:], plainKey(line[:end])
	}
	tag, colon := strings.CutPrefix(rest, ": ")
	if inner, after, quoted := quotedFirst(tag); quoted && after == "" {
		tag = inner
	} else if tag == "" || tag[0] < 'a' { // a number
		return "", "", false
	}
	return name, tag, ok && colon && isTag(tag)
}

// The keys of our blocks, in the order in which Save writes them.
var (
	headerKeys = []string{
		"format", "interactions", "origin", "source", "recorded-at", "auth", "cloud", "rules", "client", "expires", "vars", "redacted",
		"salt", "holes", "tags", "sum",
	}
	authKeys = []string{"kind", "scopes", "roles"}
	markKeys = []string{"body", "principal", "holes", "sum"}
)

// headerOf reads the block from its YAML, whose lines are counted from offset on.
func headerOf(file string, node *yaml.Node, offset int, unsealed bool) (header, error) {
	failed := func(n *yaml.Node, advice, format string, args ...any) error {
		e := fault.Load(file, n.Line+offset, -1, fmt.Sprintf("graphvcr block: "+format, args...), advice)
		e.Column = n.Column
		return e
	}
	fail := func(n *yaml.Node, advice, format string, args ...any) (header, error) {
		return header{}, failed(n, advice, format, args...)
	}
	if err := checkKeys(file, node, offset, -1, "graphvcr block", headerKeys); err != nil {
		return header{}, err
	}
	h := header{lines: keyLines(node, offset)}
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
	if err := h.decode(node); err != nil {
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
	if err := h.redaction(file, node, failed, unsealed); err != nil {
		return header{}, err
	}
	return h, nil
}

// decode reads what the block says as it stands. There may be a tag for each name of a
// recording, and yaml.v3 compares every key of a mapping with every other.
func (h *header) decode(block *yaml.Node) error {
	rest := *block
	rest.Content = nil
	for i := 0; i+1 < len(block.Content); i += 2 {
		var to *map[string]string
		switch block.Content[i].Value {
		case "vars":
			to = &h.Vars
		case "tags":
			to = &h.Tags
		default:
			rest.Content = append(rest.Content, block.Content[i], block.Content[i+1])
			continue
		}
		if *to != nil {
			return fmt.Errorf("line %d: mapping key %q already defined", block.Content[i].Line, block.Content[i].Value)
		}
		var err error
		if *to, err = texts(follow(block.Content[i+1])); err != nil {
			return err
		}
	}
	return rest.Decode(&h.Meta)
}

// texts reads a mapping of texts.
func texts(node *yaml.Node) (map[string]string, error) {
	if node.Kind != yaml.MappingNode {
		var none map[string]string
		return none, node.Decode(&none) // which says what it is
	}
	all := make(map[string]string, len(node.Content)/2)
	for i := 0; i+1 < len(node.Content); i += 2 {
		var name, text string
		if err := errors.Join(node.Content[i].Decode(&name), node.Content[i+1].Decode(&text)); err != nil {
			return nil, err
		}
		if _, twice := all[name]; twice {
			return nil, fmt.Errorf("line %d: mapping key %q already defined", node.Content[i].Line, name)
		}
		all[name] = text
	}
	return all, nil
}

// keyLines says where the keys of a block stand.
func keyLines(block *yaml.Node, offset int) map[string]int {
	lines := map[string]int{}
	for n := 0; n < len(block.Content); n += 2 {
		lines[block.Content[n].Value] = block.Content[n].Line + offset
	}
	return lines
}

// redaction reads what the block says of the number of interactions and of redaction. Tags
// that are none are dropped where the seal is not asked for.
func (h *header) redaction(file string, node *yaml.Node, fail func(n *yaml.Node, advice, format string, args ...any) error, unsealed bool) error {
	if old, _ := value(node, "redacted"); len(h.Redacted) > 0 && h.Format == 1 {
		return fail(old, "record or import it again", "it was redacted in format 1, which says too little of that for a replay")
	}
	for key, to := range map[string]*int{"interactions": &h.Count, "holes": &h.Holes} {
		if n, _ := value(node, key); n != nil && (n.Decode(to) != nil || *to < 0) {
			return fail(n, "", "%s %q is not a number", key, n.Value)
		}
	}
	if n, _ := value(node, "sum"); n != nil {
		h.Sum = n.Value
	}
	if n, _ := value(node, "salt"); n != nil && (len(h.Salt) != saltfile.DigestLen || strings.Trim(h.Salt, "0123456789abcdef") != "") {
		return fail(n, adviceTampered, "salt %q is not the digest of a salt, %d hexadecimal digits", h.Salt, saltfile.DigestLen)
	}
	if bad := h.badTag(); bad != "" && unsealed {
		maps.DeleteFunc(h.Tags, func(_, tag string) bool { return !isTag(tag) })
	} else if bad != "" {
		tags, _ := value(node, "tags")
		n, _ := value(tags, bad)
		return fail(cmp.Or(n, tags), reseal(file), "%q is not a tag, five hexadecimal digits with a number behind a dot or none", h.Tags[bad])
	}
	return nil
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
