package csdl

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

// parser reads the declarations of one document. References are kept as they are written
// until the end, since an alias may be declared after it is used.
type parser struct {
	*elements
	names
}

// annotations are those of one target, which may be declared later.
type annotations struct {
	target string
	notes  notes
}

const isMetadata = "metadata is what Graph answers to GET /v1.0/$metadata"

func (p *parser) document() error {
	for {
		t, err := p.token()
		if err == io.EOF {
			return p.fail("not metadata: there is no element", isMetadata)
		}
		if err != nil {
			return err
		}
		start, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if start.Name.Local != "Edmx" {
			return p.fail(fmt.Sprintf("the document is %q, not Edmx", start.Name.Local), isMetadata)
		}
		e := p.element(start)
		if version := e.attr("Version"); !strings.HasPrefix(version, "4.") {
			return p.fail(fmt.Sprintf("version %q of the language", version), "versions 4.0 and 4.01 are read")
		}
		return p.edmx()
	}
}

func (p *parser) edmx() error {
	err := p.children(func(e element) error {
		switch e.name {
		case "Reference":
			return p.skip() // never fetched
		case "DataServices":
			return p.children(func(e element) error {
				if e.name == "Schema" {
					return p.schema(e)
				}
				return p.unknown(e, "DataServices")
			})
		}
		return p.unknown(e, "Edmx")
	})
	if err != nil {
		return err
	}
	for err == nil { // what follows must be well formed, too
		_, err = p.token()
	}
	if err != io.EOF {
		return err
	}
	if len(p.aliases) == 0 {
		return p.fail("not metadata: there is no schema", isMetadata)
	}
	return nil
}

func (p *parser) schema(s element) error {
	namespace := s.attr("Namespace")
	if !isDotted(namespace) {
		return p.fail(fmt.Sprintf("a schema's namespace is %q", namespace), "")
	}
	p.aliases[namespace] = namespace
	if alias := s.attr("Alias"); alias != "" {
		p.aliases[alias] = namespace
	}
	return p.children(func(e element) error {
		switch e.name {
		case "EntityType":
			return p.structured(e, namespace, Entity)
		case "ComplexType":
			return p.structured(e, namespace, Complex)
		case "EnumType":
			return p.enum(e, namespace)
		case "TypeDefinition":
			p.definitions[namespace+"."+e.attr("Name")] = RefOf(e.attr("UnderlyingType"))
			return p.skip()
		case "Action", "Function":
			return p.operation(e, namespace)
		case "EntityContainer":
			return p.container()
		case "Annotations":
			return p.targeted(e)
		case "Term", "Annotation":
			return p.skip()
		}
		return p.unknown(e, "Schema")
	})
}

// name checks a declared name: it becomes part of a file's.
func (p *parser) name(e element) (string, error) {
	name := e.attr("Name")
	if !isIdentifier(name) {
		return "", p.fail(fmt.Sprintf("the name of %s is %q", e.name, name), "")
	}
	return name, nil
}

func (p *parser) typ(e element, namespace string, kind Kind) (*Type, error) {
	name, err := p.name(e)
	t := &Type{Name: namespace + "." + name, Kind: kind, Base: e.attr("BaseType"), Line: e.line}
	if before := p.model.Types[t.Name]; err == nil && before != nil {
		err = p.fail(fmt.Sprintf("type %s is declared twice, first in line %d", t.Name, before.Line), "")
	}
	p.model.Types[t.Name] = t
	return t, err
}

func (p *parser) structured(s element, namespace string, kind Kind) error {
	t, err := p.typ(s, namespace, kind)
	if err != nil {
		return err
	}
	t.Abstract, t.Open = s.is("Abstract"), s.is("OpenType")
	var navigations []Property
	err = p.children(func(e element) error {
		switch e.name {
		case "Property", "NavigationProperty":
			property, err := p.property(e)
			if property.Navigation {
				navigations = append(navigations, property)
			} else {
				t.Properties = append(t.Properties, property)
			}
			return err
		case "Key":
			return p.skip()
		case "Annotation":
			return p.note(e, func(n notes) { n.onType(t) })
		}
		return p.unknown(e, string(kind)+" type "+t.Name)
	})
	t.Properties = append(t.Properties, navigations...)
	return err
}

func (p *parser) property(e element) (Property, error) {
	name, err := p.name(e)
	property := Property{
		Name: name, Type: RefOf(e.attr("Type")), Nullable: e.nullable(), Line: e.line,
		Navigation: e.name == "NavigationProperty",
	}
	if err != nil {
		return property, err
	}
	return property, p.children(func(e element) error {
		switch e.name {
		case "Annotation":
			return p.note(e, func(n notes) { n.onProperty(&property) })
		case "ReferentialConstraint", "OnDelete":
			return p.skip()
		}
		return p.unknown(e, "property "+name)
	})
}

func (p *parser) enum(s element, namespace string) error {
	t, err := p.typ(s, namespace, Enum)
	if err != nil {
		return err
	}
	t.Flags = s.is("IsFlags")
	return p.children(func(e element) error {
		switch e.name {
		case "Member":
			t.Members = append(t.Members, Member{e.attr("Name"), e.attr("Value")})
			return p.skip()
		case "Annotation":
			return p.note(e, func(n notes) { n.onType(t) })
		}
		return p.unknown(e, "enum type "+t.Name)
	})
}

func (p *parser) operation(s element, namespace string) error {
	name, err := p.name(s)
	if err != nil {
		return err
	}
	o := &Operation{
		Name: namespace + "." + name, Action: s.name == "Action", Bound: s.is("IsBound"),
		Composable: s.is("IsComposable"), Line: s.line,
	}
	first := true
	p.model.Operations[o.Name] = append(p.model.Operations[o.Name], o)
	return p.children(func(e element) error {
		switch e.name {
		case "Parameter":
			parameter, err := p.parameter(e)
			if o.Bound && first {
				o.Binding = parameter.Type
			} else {
				o.Parameters = append(o.Parameters, parameter)
			}
			first = false
			return err
		case "ReturnType":
			r := RefOf(e.attr("Type"))
			o.Returns = &r
			return p.skip()
		case "Annotation":
			return p.note(e, func(n notes) { o.Deprecated = n.revision })
		}
		return p.unknown(e, s.name+" "+o.Name)
	})
}

func (p *parser) parameter(e element) (Parameter, error) {
	parameter := Parameter{Name: e.attr("Name"), Type: RefOf(e.attr("Type")), Nullable: e.nullable()}
	return parameter, p.children(func(e element) error {
		if e.name != "Annotation" {
			return p.unknown(e, "Parameter")
		}
		return p.note(e, func(n notes) { parameter.Optional = parameter.Optional || n.optional })
	})
}

func (p *parser) container() error {
	return p.children(func(e element) error {
		r := &Resource{Name: e.attr("Name"), Line: e.line}
		switch e.name {
		case "EntitySet":
			r.Type = Ref{Name: e.attr("EntityType"), Collection: true}
		case "Singleton":
			r.Type = Ref{Name: e.attr("Type")}
		case "ActionImport":
			r.Operation = e.attr("Action")
		case "FunctionImport":
			r.Operation = e.attr("Function")
		case "Annotation":
			return p.skip()
		default:
			return p.unknown(e, "EntityContainer")
		}
		p.model.Resources[r.Name] = r
		return p.children(func(e element) error {
			switch e.name {
			case "NavigationPropertyBinding", "Annotation":
				return p.skip()
			}
			return p.unknown(e, r.Name)
		})
	})
}

// unknown warns of an element that is not understood, and skips it.
func (p *parser) unknown(e element, in string) error {
	p.model.warn(e.line, "unknown element %s in %s", e.name, in)
	return p.skip()
}

// maxName is the limit of the language (section 17.2, SimpleIdentifier).
const maxName = 128

func isIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)) {
			return false
		}
	}
	return s != "" && len(s) <= maxName
}

func isDotted(s string) bool {
	return !slices.ContainsFunc(strings.Split(s, "."), func(part string) bool { return !isIdentifier(part) })
}
