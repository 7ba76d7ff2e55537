package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// An object is a JSON object that keeps the order of its members.
type object []member

type member struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := marshal(m.value)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", m.name, err)
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshal is json.Marshal without escapes for HTML, which Graph does not make.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func (o object) index(name string) int {
	return slices.IndexFunc(o, func(m member) bool { return m.name == name })
}

func (o object) value(name string) any {
	if i := o.index(name); i >= 0 {
		return o[i].value
	}
	return nil
}

func (o object) text(name string) string {
	s, _ := o.value(name).(string)
	return s
}

// with is a copy of o in which name has the value.
func (o object) with(name string, value any) object {
	o = slices.Clone(o)
	if i := o.index(name); i >= 0 {
		o[i].value = value
		return o
	}
	return append(o, member{name, value})
}

// withAll is with for several members.
func (o object) withAll(more object) object {
	for _, m := range more {
		o = o.with(m.name, m.value)
	}
	return o
}

// pick is a copy of o with the named members only, in the names' order.
func (o object) pick(names []string) object {
	var picked object
	for _, name := range names {
		if i := o.index(name); i >= 0 {
			picked = append(picked, o[i])
		}
	}
	return picked
}

// decoded is o with its raw values decoded, numbers kept as they were written.
func (o object) decoded() (object, error) {
	decoded := slices.Clone(o)
	for i, m := range decoded {
		raw, ok := m.value.(json.RawMessage)
		if !ok {
			continue
		}
		value, err := jsondoc.Parse(string(raw))
		if err != nil {
			return nil, fmt.Errorf("decode %s: %w", m.name, err)
		}
		decoded[i].value = value
	}
	return decoded, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
