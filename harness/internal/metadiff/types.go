package metadiff

import (
	"fmt"
	"slices"
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

// replacement is a type that stands in the place of a lost one.
type replacement struct {
	by string
	at []string // places, sorted
}

// replace finds the types that others stand in the place of: all places that had them, and
// are still there, have the same other type now.
func (c *comparison) replace() {
	c.replaced = map[string]*replacement{}
	several := map[string]bool{}
	c.typesAt(func(at string, was, is csdl.Ref) {
		name := was.Name
		t, by := c.old.Types[name], c.new.Types[is.Name]
		if was == is || was.Collection != is.Collection || t == nil || by == nil || c.new.Types[name] != nil || t.Kind != by.Kind {
			return
		}
		if r := c.replaced[name]; r == nil {
			c.replaced[name] = &replacement{is.Name, []string{at}}
		} else {
			r.at = append(r.at, at)
			if r.by != is.Name {
				several[name] = true
			}
		}
	})
	for name := range several {
		delete(c.replaced, name)
	}
}

// typesAt hands over the types of what both sides declare.
func (c *comparison) typesAt(use func(at string, was, is csdl.Ref)) {
	for _, name := range c.others {
		for i := range c.old.Types[name].Properties {
			p := &c.old.Types[name].Properties[i]
			if is, ok := c.new.property(name, p.Name); ok {
				use(name+"/"+p.Name, p.Type, is.Type)
			}
		}
	}
	for _, name := range sorted(c.old.Resources) {
		if is := c.new.Resources[name]; is != nil {
			use("/"+name, c.old.Resources[name].Type, is.Type)
		}
	}
}

// same reports whether a type is the one that it was, or stands in its place.
func (c *comparison) same(was, is csdl.Ref) bool {
	if r := c.replaced[was.Name]; r != nil && r.by == is.Name {
		return was.Collection == is.Collection
	}
	return was == is
}

// kept compares a type that both sides have.
func (c *comparison) kept(was, is *csdl.Type) {
	at := typePlace(was.Name)
	change := Change{Place: at, OldLine: was.Line, NewLine: is.Line}
	if was.Kind != is.Kind {
		c.becomes(change, diff.TypeChanged, report.Error, fmt.Sprintf("is a type of kind %s, was %s", is.Kind, was.Kind), string(was.Kind), string(is.Kind))
		return
	}
	if was.Base != is.Base && len(c.lostWithBase(was)) == 0 {
		severity := report.Note
		if was.Base != "" && c.new.Types[was.Base] != nil && !c.new.derives(was.Name, was.Base) {
			severity = report.Warning // lists of the base may no longer hold it
		}
		c.becomes(change, diff.TypeBase, severity, baseChange(was, is), orNothing(was.Base), orNothing(is.Base))
	}
	if c.old.isOpen(was.Name) && !c.new.isOpen(was.Name) && was.Open {
		c.becomes(change, diff.TypeClosed, report.Warning, "is no longer open", "open", "closed")
	}
	c.deprecation(at, was.Deprecated, is.Deprecated, is.Line)
	c.members(was, is)
	c.keptProperties(was, is)
}

func (s *side) isOpen(name string) bool {
	return slices.ContainsFunc(s.bases(name), func(t *csdl.Type) bool { return t.Open })
}

// becomes adds a change of what a place is.
func (c *comparison) becomes(change Change, rule diff.ID, severity report.Severity, how, was, is string) {
	change.Rule, change.Severity, change.Was, change.Is = rule, severity, was, is
	change.How = how
	c.add(change)
}

func baseChange(was, is *csdl.Type) string {
	return "derives from " + orNothing(is.Base) + ", was " + orNothing(was.Base)
}

func orNothing(name string) string {
	if name == "" {
		return "nothing"
	}
	return name
}

// lostWithBase are the members that a type inherited from a base that it lost, and has no
// more; none where that happened to its base.
func (c *comparison) lostWithBase(was *csdl.Type) []found {
	if was.Base == c.new.Types[was.Name].Base {
		return nil
	}
	var lost []found
	for _, p := range c.inherited(was) {
		if !c.new.has(was.Name, p.Name) && !c.new.derives(was.Name, p.by.Name) {
			lost = append(lost, p)
		}
	}
	return lost
}

// inherited are the properties that a type had of its bases, sorted by name.
func (c *comparison) inherited(was *csdl.Type) []found {
	all := map[string]found{}
	for _, t := range c.old.bases(was.Name)[1:] {
		for name, p := range c.old.ownProperties(t) {
			if _, nearer := all[name]; !nearer && c.old.ownProperties(was)[name] == nil {
				all[name] = found{t, p}
			}
		}
	}
	var sortedByName []found
	for _, name := range sorted(all) {
		sortedByName = append(sortedByName, all[name])
	}
	return sortedByName
}

// baseRoots are the types that lost members with a base.
func (c *comparison) baseRoots() []root {
	var roots []root
	for _, name := range c.others {
		was, is := c.old.Types[name], c.new.Types[name]
		if was.Kind != is.Kind {
			continue
		}
		lost := c.lostWithBase(was)
		if len(lost) == 0 {
			continue
		}
		leadsTo, names := []string{was.Base}, make([]string, len(lost))
		for i, p := range lost {
			leadsTo, names[i] = append(leadsTo, p.Type.Name), p.Name
		}
		roots = append(roots, root{Change{
			Rule: diff.TypeBase, Severity: report.Error, Place: typePlace(name), OldLine: was.Line, NewLine: is.Line,
			How: baseChange(was, is) + ": without " + strings.Join(names, ", "),
			Was: orNothing(was.Base), Is: orNothing(is.Base),
		}, leadsTo})
	}
	return roots
}

// members compares those of an enum: those that are gone, new or have other values are a
// change each.
func (c *comparison) members(was, is *csdl.Type) {
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
	c.membersAre(was, is, gone, diff.EnumGone, report.Error, "gone", Declared, None)
	c.membersAre(was, is, came, diff.EnumNew, newcomers, "new", None, Declared)
	for _, name := range other {
		severity := report.Warning
		if name == csdl.Sentinel { // it moves whenever a member is put before it
			severity = report.Note
		}
		c.membersAre(was, is, []string{name}, diff.EnumValue, severity, after[name]+", was "+before[name], before[name], after[name])
	}
}

func valuesOf(t *csdl.Type) map[string]string {
	values := make(map[string]string, len(t.Members))
	for _, m := range t.Members {
		values[m.Name] = m.Value
	}
	return values
}

func (c *comparison) membersAre(was, is *csdl.Type, names []string, rule diff.ID, severity report.Severity, how, before, after string) {
	if len(names) == 0 {
		return
	}
	verb := "is "
	if len(names) > 1 {
		verb = "are "
	}
	c.add(Change{
		Rule: rule, Severity: severity, Place: Place{Kind: Member, Type: was.Name, Name: strings.Join(names, ",")},
		How: verb + how, Was: before, Is: after, OldLine: was.Line, NewLine: is.Line,
	})
}

// propertyRoots are the properties that one side lacks of types that both have. One that
// moved to a base, or down to all that derive from it, is not lacking.
func (c *comparison) propertyRoots(w *way) []root {
	rule := w.rule(diff.PropertyLost, diff.PropertyAdded)
	var roots []root
	for _, name := range c.others {
		t, there := w.from.Types[name], w.to.Types[name]
		if there.Kind != t.Kind {
			continue
		}
		folded := foldedProperties(there)
		for i := range t.Properties {
			p := &t.Properties[i]
			at := propertyPlace(name, p)
			moved := func(to string) bool {
				return w.to.has(to, p.Name) && (w.lost || w.from.ownProperties(w.from.Types[to])[p.Name] == nil)
			}
			if w.to.has(name, p.Name) || c.respelled[at.String()] || w.from.inAllValues(name, w.to, moved) {
				continue
			}
			change := w.change(rule, at, p.Line)
			if w.lost {
				c.respell(&change, p, folded, there)
			}
			roots = append(roots, root{change, []string{p.Type.Name}})
		}
	}
	return roots
}

// respell says of a lost property that it is there in another letter case.
func (c *comparison) respell(change *Change, p *csdl.Property, folded map[string]*csdl.Property, there *csdl.Type) {
	q := folded[strings.ToLower(p.Name)]
	if q == nil || c.old.has(there.Name, q.Name) {
		return
	}
	change.How += ": it is spelled " + q.Name + " now"
	change.Is, change.NewLine = q.Name, q.Line
	c.respelled[there.Name+"/"+q.Name] = true
}

// foldedProperties are a type's own properties by their names in lower case.
func foldedProperties(t *csdl.Type) map[string]*csdl.Property {
	folded := make(map[string]*csdl.Property, len(t.Properties))
	for i := range t.Properties {
		folded[strings.ToLower(t.Properties[i].Name)] = &t.Properties[i]
	}
	return folded
}

// keptProperties compares the properties that both sides have. What a type inherits from a
// base that it still has is the base's.
func (c *comparison) keptProperties(was, is *csdl.Type) {
	for i := range was.Properties {
		before := &was.Properties[i]
		if after, ok := c.new.property(is.Name, before.Name); ok {
			c.property(propertyPlace(was.Name, before), before, after.Property)
		}
	}
	for _, before := range c.inherited(was) {
		after, ok := c.new.property(is.Name, before.Name)
		if !ok {
			continue
		}
		movedHere := after.by.Name == was.Name && !c.new.derives(before.by.Name, was.Name)
		if movedHere || was.Base != is.Base && !c.new.derives(was.Name, before.by.Name) {
			c.property(propertyPlace(was.Name, before.Property), before.Property, after.Property)
		}
	}
}

func (c *comparison) property(at Place, was, is *csdl.Property) {
	change := Change{Place: at, OldLine: was.Line, NewLine: is.Line}
	if !c.same(was.Type, is.Type) {
		c.becomes(change, diff.TypeChanged, report.Error, fmt.Sprintf("is %s, was %s", is.Type, was.Type), was.Type.String(), is.Type.String())
	}
	switch {
	case !was.Nullable && is.Nullable:
		c.becomes(change, diff.NullNew, report.Warning, "may be null", "never null", "nullable")
	case was.Nullable && !is.Nullable:
		c.becomes(change, diff.NullGone, report.Note, "is never null", "nullable", "never null")
	}
	if was.Navigation != is.Navigation {
		before, after := strconv.FormatBool(was.Navigation), strconv.FormatBool(is.Navigation)
		c.becomes(change, diff.NavigationChanged, report.Error, "is a navigation property: "+after, before, after)
	}
	if !was.Computed && is.Computed {
		c.becomes(change, diff.PropertyComputed, report.Warning, "is set by the service alone now", "writable", "computed")
	}
	c.deprecation(at, was.Deprecated, is.Deprecated, is.Line)
}

// resources compares the paths that both sides have.
func (c *comparison) resources() {
	for _, name := range sorted(c.old.Resources) {
		was, is := c.old.Resources[name], c.new.Resources[name]
		if is != nil && !c.same(was.Type, is.Type) {
			change := Change{Place: Place{Kind: Path, Name: name}, OldLine: was.Line, NewLine: is.Line}
			c.becomes(change, diff.TypeChanged, report.Error, fmt.Sprintf("is %s, was %s", is.Type, was.Type), was.Type.String(), is.Type.String())
		}
	}
}

// notice is what declares places deprecated: one of them is one change.
type notice struct{ description, removal string }

func (c *comparison) deprecation(at Place, was, is *csdl.Revision, line int) {
	if was != nil || is == nil {
		return
	}
	key := notice{is.Description, is.RemovalDate}
	change := c.deprecated[key]
	if change == nil {
		change = &Change{
			Rule: diff.DeprecationAdded, Severity: report.Warning, Place: at, Was: None, NewLine: line,
			Is: strings.TrimSpace(is.Kind + " " + is.RemovalDate), How: "is deprecated: " + is.Description,
		}
		c.deprecated[key] = change
		return
	}
	change.Also = append(change.Also, at)
}
