package drift

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/diff"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Metadata compares two documents of metadata by the words and severities of recordings: a
// property gone is a property gone. What is gone takes what is in it along, untold.
func Metadata(old, new *csdl.Model, oldFile, newFile string, opts Options) report.Case {
	m := metadata{oldFile: oldFile, newFile: newFile, opts: opts, declared: newDeclarations()}
	m.types(old, new)
	m.operations(old, new)
	m.resources(old, new)
	told := report.Case{Name: newFile, File: newFile}
	for _, f := range m.found {
		entry := opts.Accepted.find(f.Fingerprint)
		if entry != nil && !entry.ended(opts.Now) {
			continue
		}
		told.Findings = append(told.Findings, f)
		if entry != nil {
			told.Findings = append(told.Findings, entry.expired(opts.Accepted.File))
		}
	}
	return told
}

type metadata struct {
	oldFile, newFile string
	opts             Options
	found            []report.Finding
	declared         declarations
}

// change adds a change of what is declared at a place. Severities are those of the rule
// for recordings of that name, else the one given.
func (m *metadata) change(rule diff.ID, severity report.Severity, where, message, was, is string, oldLine, newLine int) {
	m.add(rule, report.Finding{Severity: severity, Where: where, Message: message, Want: was, Got: is}, oldLine, newLine)
}

// becomes adds a change of the very thing that a place names, said of it: "is gone".
func (m *metadata) becomes(rule diff.ID, severity report.Severity, where, how, was, is string, oldLine, newLine int) {
	m.add(rule, report.Finding{Severity: severity, Where: where, Is: how, Want: was, Got: is}, oldLine, newLine)
}

func (m *metadata) add(rule diff.ID, f report.Finding, oldLine, newLine int) {
	if slices.Contains(m.opts.Diff.Off, rule) {
		return
	}
	if s, ok := m.opts.Diff.Severities[rule]; ok {
		f.Severity = s
	}
	f.Rule, f.Fingerprint = rule.Rule(), diff.Fingerprint("metadata", string(rule), f.Where, f.Want, f.Got)
	if oldLine > 0 {
		f.Place = report.Place{File: m.oldFile, Line: oldLine}
	}
	if newLine > 0 {
		f.Cassette = report.Place{File: m.newFile, Line: newLine}
	}
	if m.opts.Show {
		var e report.Example
		e.Old, e.OldLine = m.declared.at(m.oldFile, oldLine)
		e.New, e.NewLine = m.declared.at(m.newFile, newLine)
		if e.OldLine > 1 && e.NewLine == 1 { // what is gone or came, and not the type that it is of
			e.NewLine = 0
		} else if e.NewLine > 1 && e.OldLine == 1 {
			e.OldLine = 0
		}
		f.Examples = []report.Example{e}
	}
	m.found = append(m.found, f)
}

func (m *metadata) types(old, new *csdl.Model) {
	for _, name := range slices.Sorted(maps.Keys(old.Types)) {
		was, is := old.Types[name], new.Types[name]
		if is == nil {
			m.change(diff.TypeLost, report.Error, name, "the "+string(was.Kind)+" type "+name+" is gone", "declared", "none", was.Line, 0)
			continue
		}
		m.oneType(was, is, old, new)
	}
	for _, name := range slices.Sorted(maps.Keys(new.Types)) {
		if is := new.Types[name]; old.Types[name] == nil {
			m.change(diff.TypeAdded, report.Note, name, "the "+string(is.Kind)+" type "+name+" is new", "none", "declared", 0, is.Line)
		}
	}
}

func (m *metadata) oneType(was, is *csdl.Type, old, new *csdl.Model) {
	name := was.Name
	if was.Kind != is.Kind {
		m.becomes(diff.TypeChanged, report.Error, name, fmt.Sprintf("is a type of kind %s, was %s", is.Kind, was.Kind), string(was.Kind), string(is.Kind), was.Line, is.Line)
		return
	}
	if was.Base != is.Base {
		m.becomes(diff.TypeBase, report.Warning, name, "derives from "+orNone(is.Base)+", was "+orNone(was.Base), orNone(was.Base), orNone(is.Base), was.Line, is.Line)
	}
	if was.Open && !is.Open {
		m.becomes(diff.TypeClosed, report.Warning, name, "is no longer open", "open", "closed", was.Line, is.Line)
	}
	m.deprecation(name, was.Deprecated, is.Deprecated, is.Line)
	m.members(was, is)
	m.properties(was, is, inherited(old, was), inherited(new, is))
}

func orNone(name string) string {
	if name == "" {
		return "nothing"
	}
	return name
}

// inherited are the names of a type's properties, its bases' included: one that moved to a
// base is still there.
func inherited(model *csdl.Model, t *csdl.Type) map[string]bool {
	names := map[string]bool{}
	for _, base := range model.Bases(t.Name) {
		for _, p := range base.Properties {
			names[p.Name] = true
		}
	}
	return names
}

func (m *metadata) members(was, is *csdl.Type) {
	where := func(member csdl.Member) string { return was.Name + "/" + member.Name }
	for _, member := range was.Members {
		i := slices.IndexFunc(is.Members, func(other csdl.Member) bool { return other.Name == member.Name })
		switch {
		case i < 0:
			m.change(diff.EnumGone, report.Error, where(member), "the member "+member.Name+" of "+was.Name+" is gone", "declared", "none", was.Line, is.Line)
		case is.Members[i].Value != member.Value:
			m.change(diff.EnumValue, report.Warning, where(member), fmt.Sprintf("the member %s of %s is %s, was %s", member.Name, was.Name, is.Members[i].Value, member.Value),
				member.Value, is.Members[i].Value, was.Line, is.Line)
		}
	}
	for _, member := range is.Members {
		if slices.ContainsFunc(was.Members, func(other csdl.Member) bool { return other.Name == member.Name }) {
			continue
		}
		severity := report.Warning // of a closed enum it breaks those who believed it
		if was.Evolvable() {
			severity = report.Note
		}
		m.change(diff.EnumNew, severity, where(member), "the member "+member.Name+" of "+was.Name+" is new", "none", "declared", was.Line, is.Line)
	}
}

func (m *metadata) properties(was, is *csdl.Type, had, has map[string]bool) {
	for _, p := range was.Properties {
		where := was.Name + "/" + p.Name
		i := slices.IndexFunc(is.Properties, func(other csdl.Property) bool { return other.Name == p.Name })
		if i < 0 {
			if !has[p.Name] {
				m.change(diff.PropertyLost, report.Error, where, p.Name+" of "+was.Name+" is gone", "declared", "none", p.Line, is.Line)
			}
			continue
		}
		m.property(where, p, is.Properties[i])
	}
	for _, p := range is.Properties {
		if !had[p.Name] {
			m.change(diff.PropertyAdded, report.Note, was.Name+"/"+p.Name, p.Name+" of "+was.Name+" is new", "none", "declared", was.Line, p.Line)
		}
	}
}

func (m *metadata) property(where string, was, is csdl.Property) {
	if was.Type != is.Type {
		m.becomes(diff.TypeChanged, report.Error, where, fmt.Sprintf("is %s, was %s", is.Type, was.Type), was.Type.String(), is.Type.String(), was.Line, is.Line)
	}
	switch {
	case !was.Nullable && is.Nullable:
		m.becomes(diff.NullNew, report.Warning, where, "may be null", "never null", "nullable", was.Line, is.Line)
	case was.Nullable && !is.Nullable:
		m.becomes(diff.NullGone, report.Note, where, "is never null", "nullable", "never null", was.Line, is.Line)
	}
	if was.Navigation != is.Navigation {
		m.becomes(diff.NavigationChanged, report.Error, where, "is a navigation property: "+strconv.FormatBool(is.Navigation), strconv.FormatBool(was.Navigation), strconv.FormatBool(is.Navigation), was.Line, is.Line)
	}
	if !was.Computed && is.Computed {
		m.becomes(diff.PropertyComputed, report.Warning, where, "is set by the service alone now", "writable", "computed", was.Line, is.Line)
	}
	m.deprecation(where, was.Deprecated, is.Deprecated, is.Line)
}

func (m *metadata) deprecation(where string, was, is *csdl.Revision, line int) {
	if was == nil && is != nil {
		m.becomes(diff.DeprecationAdded, report.Warning, where, "is deprecated: "+is.Description, "none", strings.TrimSpace(is.Kind+" "+is.RemovalDate), 0, line)
	}
}

// signature tells an operation's overloads apart.
func signature(op *csdl.Operation) string {
	var b strings.Builder
	if op.Bound {
		b.WriteString(op.Binding.String() + "/")
	}
	b.WriteString(op.Name + "(")
	if !op.Action { // actions have one overload a binding
		names := make([]string, len(op.Parameters))
		for i, p := range op.Parameters {
			names[i] = p.Name
		}
		slices.Sort(names)
		b.WriteString(strings.Join(names, ","))
	}
	return b.String() + ")"
}

func overloads(model *csdl.Model) map[string]*csdl.Operation {
	all := map[string]*csdl.Operation{}
	for _, list := range model.Operations {
		for _, op := range list {
			all[signature(op)] = op
		}
	}
	return all
}

func (m *metadata) operations(old, new *csdl.Model) {
	before, after := overloads(old), overloads(new)
	for _, name := range slices.Sorted(maps.Keys(before)) {
		was, is := before[name], after[name]
		if is == nil {
			if !was.Bound || new.Types[was.Binding.Name] != nil {
				m.becomes(diff.OperationLost, report.Error, name, "is gone", "declared", "none", was.Line, 0)
			}
			continue
		}
		if returned(was) != returned(is) {
			m.becomes(diff.TypeChanged, report.Error, name, fmt.Sprintf("returns %s, was %s", returned(is), returned(was)), returned(was), returned(is), was.Line, is.Line)
		}
		m.parameters(name, was, is)
		m.deprecation(name, was.Deprecated, is.Deprecated, is.Line)
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		is := after[name]
		if before[name] == nil && (!is.Bound || old.Types[is.Binding.Name] != nil) {
			m.becomes(diff.OperationAdded, report.Note, name, "is new", "none", "declared", 0, is.Line)
		}
	}
}

func returned(op *csdl.Operation) string {
	if op.Returns == nil {
		return "nothing"
	}
	return op.Returns.String()
}

func (m *metadata) parameters(name string, was, is *csdl.Operation) {
	for _, p := range was.Parameters {
		i := slices.IndexFunc(is.Parameters, func(other csdl.Parameter) bool { return other.Name == p.Name })
		where := name + "/" + p.Name
		switch {
		case i < 0:
			m.change(diff.RequestLost, report.Warning, where, "the parameter "+p.Name+" of "+name+" is gone", "declared", "none", was.Line, is.Line)
		case is.Parameters[i].Type != p.Type:
			m.change(diff.TypeChanged, report.Error, where, fmt.Sprintf("the parameter %s of %s is %s, was %s", p.Name, name, is.Parameters[i].Type, p.Type),
				p.Type.String(), is.Parameters[i].Type.String(), was.Line, is.Line)
		}
	}
	for _, p := range is.Parameters {
		if !slices.ContainsFunc(was.Parameters, func(other csdl.Parameter) bool { return other.Name == p.Name }) {
			severity := report.Warning
			if p.Optional || p.Nullable {
				severity = report.Note
			}
			m.change(diff.RequestAdded, severity, name+"/"+p.Name, "the parameter "+p.Name+" of "+name+" is new", "none", "declared", was.Line, is.Line)
		}
	}
}

func (m *metadata) resources(old, new *csdl.Model) {
	for _, name := range slices.Sorted(maps.Keys(old.Resources)) {
		was, is := old.Resources[name], new.Resources[name]
		switch {
		case is == nil:
			m.becomes(diff.PathLost, report.Error, "/"+name, "is gone", "declared", "none", was.Line, 0)
		case was.Type != is.Type:
			m.becomes(diff.TypeChanged, report.Error, "/"+name, fmt.Sprintf("is %s, was %s", is.Type, was.Type), was.Type.String(), is.Type.String(), was.Line, is.Line)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(new.Resources)) {
		if old.Resources[name] == nil {
			m.becomes(diff.PathAdded, report.Note, "/"+name, "is new", "none", "declared", 0, new.Resources[name].Line)
		}
	}
}
