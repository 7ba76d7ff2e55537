package csdl

import (
	"cmp"
	"encoding/xml"
	"strings"
)

// notes are the annotations of one thing, as far as they are of use.
type notes struct {
	computed, optional bool
	alternateKeys      [][]string
	revision           *Revision
}

func (n notes) onType(t *Type) {
	t.AlternateKeys = append(t.AlternateKeys, n.alternateKeys...)
	if n.revision != nil {
		t.Deprecated = n.revision
	}
}

func (n notes) onProperty(property *Property) {
	property.Computed = property.Computed || n.computed
	if n.revision != nil {
		property.Deprecated = n.revision
	}
}

// note reads one Annotation. Terms that are of no use here are legal, whatever
// they are.
func (x *elements) note(e element, use func(notes)) error {
	var n notes
	err := x.readNote(e, &n)
	use(n)
	return err
}

func (x *elements) readNote(e element, n *notes) error {
	term := e.attr("Term")
	switch term[strings.LastIndexByte(term, '.')+1:] {
	case "Computed":
		n.computed = e.attr("Bool") != "false"
	case "OptionalParameter":
		n.optional = true
	case "AlternateKeys":
		return x.alternateKeys(n)
	case "Revisions":
		return x.records(func(record map[string]string) { n.revise(record) })
	}
	return x.skip()
}

// revise keeps the notice of the latest date.
func (n *notes) revise(record map[string]string) {
	kind := record["Kind"]
	r := &Revision{
		Version: record["Version"], Kind: kind[strings.LastIndexByte(kind, '/')+1:], Description: record["Description"],
		Date: record["Date"], RemovalDate: record["RemovalDate"],
	}
	if r.Kind == "Deprecated" && (n.revision == nil || n.revision.Date <= r.Date) {
		n.revision = r
	}
}

// records reads what is inside an annotation, and hands over each record without
// records in it.
func (x *elements) records(use func(record map[string]string)) error {
	return x.children(func(e element) error {
		if e.name != "Record" {
			return x.records(use)
		}
		record := map[string]string{}
		err := x.children(func(e element) error {
			value, err := x.value(e)
			record[e.attr("Property")] = value
			return err
		})
		use(record)
		return err
	})
}

// value is a PropertyValue's: an attribute, or the text inside it.
func (x *elements) value(e element) (string, error) {
	value := ""
	for _, a := range e.attrs {
		if a.Name.Local != "Property" {
			value = a.Value
		}
	}
	for end := x.depth - 1; x.depth > end; {
		t, err := x.token()
		if err != nil {
			return "", err
		}
		if text, ok := t.(xml.CharData); ok {
			value += strings.TrimSpace(string(text))
		}
	}
	return value, nil
}

// alternateKeys reads a collection of records, whose property Key is a collection
// of records {Alias, Name} (Org.OData.Core.V1.AlternateKey). A part is written by
// its alias.
func (x *elements) alternateKeys(n *notes) error {
	return x.children(func(e element) error {
		if e.name != "PropertyValue" || e.attr("Property") != "Key" {
			return x.alternateKeys(n)
		}
		var names []string
		err := x.records(func(record map[string]string) {
			if name := cmp.Or(record["Alias"], record["Name"]); name != "" {
				names = append(names, name)
			}
		})
		if len(names) > 0 {
			n.alternateKeys = append(n.alternateKeys, names)
		}
		return err
	})
}

// targeted reads the annotations of something that is declared elsewhere.
func (p *parser) targeted(s element) error {
	a := annotations{target: s.attr("Target")}
	err := p.children(func(e element) error {
		if e.name != "Annotation" {
			return p.unknown(e, "Annotations")
		}
		return p.readNote(e, &a.notes)
	})
	p.annotations = append(p.annotations, a)
	return err
}
