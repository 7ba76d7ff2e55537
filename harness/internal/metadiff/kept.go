package metadiff

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/report"
)

// someNames is how many names a message lists.
const someNames = 5

// Some lists names, at most so many: "a, b and 3 more".
func Some(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

type kept struct {
	*sides
	deprecated map[notice]*Change
	found      []Change
}

// compare adds what changed to what was found before.
func (k *kept) compare(operations []pairing) []Change {
	for _, name := range k.types {
		k.typ(k.old.Types[name], k.new.Types[name])
	}
	for _, p := range operations {
		for _, pair := range p.pairs {
			k.operation(pair[0], pair[1])
		}
	}
	k.resources()
	for _, change := range k.deprecated {
		k.found = append(k.found, *change)
	}
	return k.found
}

func (k *kept) typ(was, is *csdl.Type) {
	at := typePlace(was.Name)
	change := Change{Place: at, OldLine: was.Line, NewLine: is.Line}
	if was.Kind != is.Kind {
		k.becomes(change, diff.TypeChanged, report.Error, fmt.Sprintf("is a type of kind %s, was %s", is.Kind, was.Kind), string(was.Kind), string(is.Kind))
		return
	}
	if was.Base != is.Base && len(k.lostWithBase(was)) == 0 {
		severity := report.Note
		if was.Base != "" && k.new.Types[was.Base] != nil && !k.new.derives(was.Name, was.Base) {
			severity = report.Warning // lists of the base may no longer hold it
		}
		k.becomes(change, TypeBase, severity, baseChange(was, is), orNothing(was.Base), orNothing(is.Base))
	}
	if k.old.isOpen(was.Name) && !k.new.isOpen(was.Name) && was.Open {
		k.becomes(change, TypeClosed, report.Warning, "is no longer open", "open", "closed")
	}
	k.deprecation(at, was.Deprecated, is.Deprecated, is.Line)
	k.members(was, is)
	k.keptProperties(was, is)
}

// becomes adds a change of what a place is.
func (k *kept) becomes(change Change, rule diff.ID, severity report.Severity, how, was, is string) {
	change.Rule, change.Severity, change.How, change.Was, change.Is = rule, severity, how, was, is
	k.found = append(k.found, change)
}

// retyped adds a change of a place's type, if it is one.
func (k *kept) retyped(change Change, was, is csdl.Ref) {
	if !k.same(was, is) {
		k.becomes(change, diff.TypeChanged, report.Error, fmt.Sprintf("is %s, was %s", is, was), was.String(), is.String())
	}
}

func baseChange(was, is *csdl.Type) string {
	return "derives from " + orNothing(is.Base) + ", was " + orNothing(was.Base)
}

func orNothing(name string) string { return cmp.Or(name, "nothing") }

// members compares those of an enum: those that are gone, new or have other values are a
// change each.
func (k *kept) members(was, is *csdl.Type) {
	before, after := valuesOf(was), valuesOf(is)
	var gone, other, came []string
	for _, m := range was.Members {
		value, there := after[m.Name]
		switch {
		case !there:
			gone = append(gone, m.Name)
		case value != m.Value:
			other = append(other, m.Name)
		}
	}
	for _, name := range sorted(after) {
		if _, known := before[name]; !known {
			came = append(came, name)
		}
	}
	newcomers := report.Warning // of a closed enum they break those who believed it
	if was.Evolvable() {
		newcomers = report.Note
	}
	k.membersAre(was, is, gone, diff.EnumGone, report.Error, "gone", Declared, None)
	k.membersAre(was, is, came, diff.EnumNew, newcomers, "new", None, Declared)
	for _, name := range other {
		severity := report.Warning
		if name == csdl.Sentinel { // it moves whenever a member is put before it
			severity = report.Note
		}
		k.membersAre(was, is, []string{name}, EnumValue, severity, after[name]+", was "+before[name], before[name], after[name])
	}
}

func valuesOf(t *csdl.Type) map[string]string {
	values := make(map[string]string, len(t.Members))
	for _, m := range t.Members {
		values[m.Name] = m.Value
	}
	return values
}

func (k *kept) membersAre(was, is *csdl.Type, names []string, rule diff.ID, severity report.Severity, how, before, after string) {
	if len(names) == 0 {
		return
	}
	verb := "is "
	if len(names) > 1 {
		verb = "are "
	}
	k.found = append(k.found, Change{
		Rule: rule, Severity: severity, Place: Place{Kind: Member, Type: was.Name, Name: strings.Join(names, ",")},
		How: verb + how, Was: before, Is: after, OldLine: was.Line, NewLine: is.Line,
	})
}

// keptProperties compares the properties that both sides have. What a type inherits from a
// base that it still has is the base's.
func (k *kept) keptProperties(was, is *csdl.Type) {
	for i := range was.Properties {
		before := &was.Properties[i]
		if after, ok := k.new.property(is.Name, before.Name); ok {
			k.property(propertyPlace(was.Name, before), before, after.Property)
		}
	}
	for _, before := range k.old.inherited(was) {
		after, ok := k.new.property(is.Name, before.Name)
		if !ok {
			continue
		}
		movedHere := after.by.Name == was.Name && !k.new.derives(before.by.Name, was.Name)
		if movedHere || was.Base != is.Base && !k.new.derives(was.Name, before.by.Name) {
			k.property(propertyPlace(was.Name, before.Property), before.Property, after.Property)
		}
	}
}

func (k *kept) property(at Place, was, is *csdl.Property) {
	change := Change{Place: at, OldLine: was.Line, NewLine: is.Line}
	k.retyped(change, was.Type, is.Type)
	switch {
	case !was.Nullable && is.Nullable:
		k.becomes(change, diff.NullNew, report.Warning, "may be null", "never null", "nullable")
	case was.Nullable && !is.Nullable:
		k.becomes(change, NullGone, report.Note, "is never null", "nullable", "never null")
	}
	if was.Navigation != is.Navigation {
		before, after := strconv.FormatBool(was.Navigation), strconv.FormatBool(is.Navigation)
		k.becomes(change, NavigationChanged, report.Error, "is a navigation property: "+after, before, after)
	}
	if !was.Computed && is.Computed {
		k.becomes(change, PropertyComputed, report.Warning, "is set by the service alone now", "writable", "computed")
	}
	k.deprecation(at, was.Deprecated, is.Deprecated, is.Line)
}

func (k *kept) resources() {
	for _, name := range sorted(k.old.Resources) {
		was, is := k.old.Resources[name], k.new.Resources[name]
		if is != nil {
			k.retyped(Change{Place: Place{Kind: Path, Name: name}, OldLine: was.Line, NewLine: is.Line}, was.Type, is.Type)
		}
	}
}

// notice is what declares places deprecated: one of them is one change.
type notice struct{ description, removal string }

func (k *kept) deprecation(at Place, was, is *csdl.Revision, line int) {
	if was != nil || is == nil {
		return
	}
	key := notice{is.Description, is.RemovalDate}
	change := k.deprecated[key]
	if change == nil {
		change = &Change{
			Rule: DeprecationAdded, Severity: report.Warning, Place: at, Was: None, NewLine: line,
			Is: strings.TrimSpace(is.Kind + " " + is.RemovalDate), How: "is deprecated: " + is.Description,
		}
		k.deprecated[key] = change
		return
	}
	change.Also = append(change.Also, at)
}
