package generate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any // object, []any, or a document of package jsondoc
}

// with is the object with a member set.
func (o object) with(name string, value any) object {
	for i := range o {
		if o[i].name == name {
			o[i].value = value
			return o
		}
	}
	return append(o, member{name, value})
}

// patched applies a JSON Merge Patch (RFC 7396). Members that are new come last,
// sorted.
func (o object) patched(patch map[string]any) object {
	o = slices.DeleteFunc(slices.Clone(o), func(m member) bool {
		value, named := patch[m.name]
		return named && value == nil
	})
	at := make(map[string]int, len(o))
	for i, m := range o {
		at[m.name] = i
	}
	for _, name := range slices.Sorted(maps.Keys(patch)) {
		value := patch[name]
		if value == nil {
			continue
		}
		i, found := at[name]
		if !found {
			i, o = len(o), append(o, member{name: name})
		}
		if deeper, ok := value.(map[string]any); ok {
			inner, _ := o[i].value.(object)
			value = inner.patched(deeper)
		}
		o[i].value = value
	}
	return o
}

// text is a schema as a file: members and properties on lines of their own.
func (o object) text() []byte {
	var b bytes.Buffer
	o.write(&b, breaks)
	b.WriteByte('\n')
	return b.Bytes()
}

const breaks = "\n  " // between the members of a schema

// write writes the object with a line break before each member, or with none on one line.
func (o object) write(b *bytes.Buffer, before string) {
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteString("," + cmp.Or(before, " "))
		} else {
			b.WriteString(before)
		}
		b.Write(jsonText(m.name))
		b.WriteString(": ")
		if inner, ok := m.value.(object); ok && m.name == "properties" && before == breaks {
			inner.write(b, breaks+"  ")
		} else {
			writeValue(b, m.value)
		}
	}
	b.WriteString(strings.TrimSuffix(before, "  ") + "}")
}

// writeValue writes a value on one line.
func writeValue(b *bytes.Buffer, value any) {
	switch value := value.(type) {
	case object:
		value.write(b, "")
	case []any:
		b.WriteByte('[')
		for i, item := range value {
			if i > 0 {
				b.WriteString(", ")
			}
			writeValue(b, item)
		}
		b.WriteByte(']')
	case map[string]any: // of an overlay
		var sorted object
		for _, name := range slices.Sorted(maps.Keys(value)) {
			sorted = append(sorted, member{name, value[name]})
		}
		sorted.write(b, "")
	default:
		b.Write(jsonText(value))
	}
}

// jsonText is a number as it is spelled, and any other value as package jsondoc writes it.
func jsonText(value any) []byte {
	if number, ok := value.(json.Number); ok {
		return []byte(number)
	}
	return jsondoc.Canonical(nil, value)
}
