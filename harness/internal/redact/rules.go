package redact

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
)

// Rules are the redact part of rules.yaml. The zero Rules redact everything.
type Rules struct {
	Identity    Switch
	Content     Switch
	Unknown     Switch   // what no rule knows
	Tags        Switch   // whether tags of names are kept: see identity.Tag
	Disable     []string // ids of rules; a secret rule cannot be disabled
	Keep        []string // values that stay, compared without letter case
	KeepMembers []string // members whose values stay, and whose names are known, compared so too
	KeepHeaders []string // headers that change with every call and are recorded all the same
	KeepFresh   bool     // whether ids and instants that are new stay so where an earlier recording had others
}

// A Switch turns a class of rules on or off. The zero Switch is on.
type Switch string

// The positions of a switch.
const (
	On  Switch = "on"
	Off Switch = "off"
)

// Validate reports rules that cannot be obeyed.
func (r Rules) Validate() error {
	for _, s := range []struct {
		name string
		is   Switch
	}{{"identity", r.Identity}, {"content", r.Content}, {"unknown", r.Unknown}, {"tags", r.Tags}} {
		if s.is != "" && s.is != On && s.is != Off {
			return fmt.Errorf("%s is %q, neither on nor off", s.name, string(s.is))
		}
	}
	for _, id := range r.Disable {
		switch id := ID(id); {
		case !slices.Contains(rules, id):
			return &fault.Error{Message: fmt.Sprintf("there is no rule %q", id), Hint: "the rules that can be disabled are " + strings.Join(disableable, ", ")}
		case id.Class() == Secret:
			return fmt.Errorf("rule %q cannot be disabled: secrets are always redacted", id)
		}
	}
	for _, v := range r.Keep {
		if len(v) < 3 {
			return fmt.Errorf("keep %q is too short to be distinguished from other text", v)
		}
		if _, by := withoutSecrets(v); by != noRule {
			return errors.New("keep: the value is a credential by its form, which is always replaced")
		}
	}
	for _, name := range r.KeepMembers {
		if secretField(name, "", credentialFields, memberFields) != nil {
			return fmt.Errorf("keep-members %q: members of that name hold what gives access, which is always replaced", name)
		}
	}
	for _, name := range r.KeepHeaders {
		if secretField(name, "", credentialFields) != nil || protocol.IsCredentialHeader(name) {
			return fmt.Errorf("keep-headers %q: headers of that name hold what gives access, which is always replaced", name)
		}
	}
	return nil
}

// disableable are the ids of rules that can be disabled.
var disableable = func() (ids []string) {
	for _, id := range rules {
		if id.Class() != Secret && id != volatile {
			ids = append(ids, string(id))
		}
	}
	return ids
}()

// Digest identifies what the rules do: equal for rules that redact alike, whatever
// order they are written in. It is 12 hexadecimal digits.
func (r Rules) Digest() string {
	sorted := func(texts []string) []string { return slices.Sorted(maps.Keys(newSet(texts))) }
	text := fmt.Sprintf("2 %t %t %t %t %q %q %q %q", r.Identity != Off, r.Content != Off, r.closed(), r.Tags != Off,
		sorted(r.Disable), sorted(r.Keep), sorted(r.KeepMembers), sorted(r.KeepHeaders))
	if r.KeepFresh {
		text += " fresh"
	}
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf("%x", sum[:6])
}

// closed reports whether what nothing knows is replaced. Where neither people nor content
// are real there is nothing to hide in it.
func (r Rules) closed() bool { return r.Unknown != Off && (r.Identity != Off || r.Content != Off) }

// disabled says which rules are not obeyed.
func (r Rules) disabled() map[ID]bool {
	off := map[ID]bool{}
	for _, id := range rules {
		class := id.Class()
		if class == Identity && r.Identity == Off || class == Content && r.Content == Off || class == Unknown && !r.closed() ||
			class != Secret && slices.Contains(r.Disable, string(id)) {
			off[id] = true
		}
	}
	return off
}
