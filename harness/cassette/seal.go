package cassette

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/saltfile"
)

// What redaction did is data that replay relies on: the holes of each request with a sum
// over request and holes, and in the header the tags with a sum over them and the number of
// holes. So nothing of it can be cut or edited by hand without being noticed.

// reseal is the advice for a file that somebody edited.
func reseal(file string) string {
	return "if it was edited by hand, graphvcr redact " + file + " seals it again; else restore it from version control"
}

// String spells a hole as a file does: "name path[3]".
func (h Hole) String() string { return string(h.Kind) + " " + h.Place }

// parseHole reads what String wrote.
func parseHole(text string) (h Hole, ok bool) {
	kind, place, _ := strings.Cut(text, " ")
	h = Hole{Place: place, Kind: HoleKind(kind)}
	return h, h.valid()
}

func (h Hole) valid() bool {
	switch h.Kind {
	case HoleName, HoleSecret, HoleBytes, HoleTime:
		return h.Place != ""
	}
	return false
}

// summed are texts to sum up, each with its length. The sum is short: it finds accidents and edits, not
// forgers.
type summed []byte

func (s *summed) texts(all ...string) {
	for _, text := range all {
		*s = append(append(strconv.AppendInt(*s, int64(len(text)), 10), ':'), text...)
	}
}

func (s summed) sum() string {
	hash := sha256.Sum256(s)
	return hex.EncodeToString(hash[:4])
}

// sum is over the request as it is stored and its holes.
func (i *Interaction) sum() string {
	s := make(summed, 0, i.size()-len(i.Response.Body)+len(i.Request.URL))
	s.texts(i.Request.Method, i.Request.URL, i.Request.Body, strconv.Itoa(len(i.Holes)))
	for _, h := range i.Holes {
		s = strconv.AppendInt(s, int64(len(h.Kind)+1+len(h.Place)), 10)
		s = append(append(append(append(s, ':'), h.Kind...), ' '), h.Place...)
	}
	for _, name := range slices.Sorted(maps.Keys(i.Request.Headers)) {
		s.texts(name)
		s.texts(i.Request.Headers[name]...)
	}
	return s.sum()
}

// seal is sealOf for what was read of a file.
func (h *header) seal(holes int) string {
	if len(h.names) == len(h.Tags) && slices.IsSorted(h.names) {
		return h.sealOf(holes, h.names)
	}
	return h.sealOf(holes, sortedKeys(h.Tags))
}

// sortedKeys is slices.Sorted(maps.Keys(m)) in one allocation: there may be a key for each name of
// a recording.
func sortedKeys(m map[string]string) []string {
	keys := slices.AppendSeq(make([]string, 0, len(m)), maps.Keys(m))
	slices.Sort(keys)
	return keys
}

// sealOf is the sum over what a header says of salt, holes and tags, whose pseudonyms are sorted.
func (r *Redaction) sealOf(holes int, sorted []string) string {
	s := make(summed, 0, 32*(len(sorted)+1))
	s.texts(r.Salt, strconv.Itoa(holes))
	for _, pseudonym := range sorted {
		s.texts(pseudonym, r.Tags[pseudonym])
	}
	return s.sum()
}

// isSealed reports whether a header says something of holes and tags.
func (r *Redaction) isSealed(holes int) bool { return r.Salt != "" || len(r.Tags) > 0 || holes > 0 }

// holesOf counts the holes of interactions.
func holesOf(all []*Interaction) (n int) {
	for _, i := range all {
		n += len(i.Holes)
	}
	return n
}

// checkSeal checks what a header says against what the file holds. A salt that is missing is
// no fs.ErrNotExist: the cassette is there.
func (h *header) checkSeal(file string, interactions []*Interaction) error {
	holes := holesOf(interactions)
	fail := func(key, format string, args ...any) error {
		return fault.Load(file, cmp.Or(h.lines[key], h.lines["format"], 1), -1, "graphvcr block: "+fmt.Sprintf(format, args...), reseal(file))
	}
	switch {
	case h.Holes != holes:
		return fail("holes", "it speaks of %d holes, and the file holds %d", h.Holes, holes)
	case h.isSealed(holes) && h.Sum == "":
		return fail("salt", "it has no sum over salt, holes and tags")
	case h.Sum != "" && h.Sum != h.seal(holes):
		return fail("sum", "salt, holes or tags are not those of the recording: the sum is %s, not %q", h.seal(holes), h.Sum)
	}
	return nil
}

// salt finds the salt that the header names.
func (h *header) salt(file string) ([]byte, error) {
	if h.Salt == "" {
		return nil, nil
	}
	salt, err := saltfile.Find(filepath.Dir(file))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.Load(file, h.lines["salt"], -1, "it was made with the salt "+h.Salt+", and there is no salt beside it or above it", saltfile.Advice)
	case err != nil:
		return nil, err
	case saltfile.Digest(salt) != h.Salt:
		return nil, fault.Load(file, h.lines["salt"], -1, "it was made with the salt "+h.Salt+", and the salt here is "+saltfile.Digest(salt),
			saltfile.Advice+"; a cassette of another project belongs below that project's salt")
	}
	return salt, nil
}

func isTag(text string) bool {
	_, ok := identity.Nonce(text)
	return ok
}

// badTag is the first pseudonym whose tag is none, or "".
func (r *Redaction) badTag() (first string) {
	for pseudonym, tag := range r.Tags {
		if !isTag(tag) && (first == "" || pseudonym < first) {
			first = pseudonym
		}
	}
	return first
}

// mark is what the "graphvcr" line of an interaction says of its request.
type mark struct {
	holes      []string
	sum        string
	line, item int
}

// open gives an interaction, whose request was read, the holes that its mark lists. Where
// the sum is not asked for, a hole that is none is passed over.
func (m *mark) open(file string, i *Interaction, unsealed bool) error {
	fail := func(format string, args ...any) error {
		return fault.Load(file, m.line, m.item, fmt.Sprintf(format, args...), reseal(file))
	}
	i.Holes = slices.Grow(i.Holes, len(m.holes))
	for _, text := range m.holes {
		switch h, ok := parseHole(text); {
		case ok:
			i.Holes = append(i.Holes, h)
		case !unsealed:
			return fail("hole %q is not a kind (name, secret, bytes, time) and a place", text)
		}
	}
	switch {
	case unsealed:
	case len(m.holes) == 0 && m.sum != "":
		return fail("there is a sum and no holes")
	case len(m.holes) > 0 && m.sum == "":
		return fail("there are holes and no sum")
	case m.sum != "" && m.sum != i.sum():
		return fail("the request or its holes are not those of the recording: the sum is %s, not %q", i.sum(), m.sum)
	}
	return nil
}
