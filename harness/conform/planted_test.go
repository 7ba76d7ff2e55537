package conform_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/conform"
	"github.com/graphvcr/graphvcr/harness/internal/csdl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/report"
)

// A member is one of a real answer: where it stands, and what metadata says of it.
type member struct {
	in       recording
	at       string
	set      func(any)
	value    any
	declared csdl.Ref // "" where its type does not declare it
	open     bool     // then: the type is open
}

// oracle finds the members of answers by metadata alone, so that the judge is not asked what
// it should find.
type oracle struct {
	models  map[string]*csdl.Model
	members []member
}

func (o *oracle) value(r recording, api string, typ csdl.Ref, at string, v any) {
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			o.value(r, api, csdl.Ref{Name: typ.Name}, jsondoc.AppendPath(at, i), item)
		}
	case map[string]any:
		o.object(r, api, typ.Name, at, v)
	}
}

func (o *oracle) object(r recording, api, typ, at string, object map[string]any) {
	m := o.models[api]
	if named, ok := object["@odata.type"].(string); ok {
		typ = strings.TrimPrefix(named, "#")
	}
	properties, open := map[string]csdl.Ref{}, false
	if m.Types[typ] == nil || m.Types[typ].Kind == csdl.Enum || strings.HasSuffix(typ, ".Json") {
		return // a type that metadata lacks, or any value at all
	}
	for t := m.Types[typ]; t != nil; t = m.Types[t.Base] {
		open = open || t.Open
		for _, p := range t.Properties {
			properties[p.Name] = p.Type
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if strings.Contains(name, "@") {
			continue
		}
		value := object[name]
		place := jsondoc.AppendPath(at, name)
		o.members = append(o.members, member{
			in: r, at: place, value: value, declared: properties[name], open: open,
			set: func(v any) { object[name] = v },
		})
		if ref, ok := properties[name]; ok {
			o.value(r, api, ref, place, value)
		}
	}
}

// answer finds the members of one answer, and those of a batch's parts.
func (o *oracle) answer(t *testing.T, checker *conform.Checker, r recording) {
	result, err := checker.Check(r.Exchange)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := r.Answer.Doc.(map[string]any)
	api := apiOf(r.URL, r.Answer.Doc)
	if result.Type == "a batch" {
		for i, item := range body["responses"].([]any) {
			part := item.(map[string]any)
			api := apiOf("", part["body"])
			status, _ := part["status"].(json.Number).Int64()
			alone, err := checker.Check(conform.Exchange{API: api, Status: int(status), Header: http.Header{}, Answer: conform.Body{Doc: part["body"], IsJSON: true, Text: "x"}})
			if err != nil {
				t.Fatal(err)
			}
			o.of(r, api, alone.Type, jsondoc.AppendPath(jsondoc.AppendPath("$['responses']", i), "body"), part["body"])
		}
		return
	}
	o.of(r, api, result.Type, "$", r.Answer.Doc)
}

// apiOf is the version that an address or the answer's context names.
func apiOf(address string, doc any) string {
	body, _ := doc.(map[string]any)
	context, _ := body["@odata.context"].(string)
	if strings.Contains(address+context, "/beta/") {
		return "beta"
	}
	return "v1.0"
}

func (o *oracle) of(r recording, api, typ, at string, doc any) {
	if element, page := strings.CutPrefix(typ, "Collection("); page {
		body, _ := doc.(map[string]any)
		o.value(r, api, csdl.Ref{Name: strings.TrimSuffix(element, ")")}, at+"['value']", body["value"])
		return
	}
	o.value(r, api, csdl.Ref{Name: typ}, at, doc)
}

// other is a value of another type than a member's: one that its declared type never is.
func other(m member) any {
	_, isText := m.value.(string)
	switch name := m.declared.Name; {
	case m.declared.Collection:
		return json.Number("7")
	case name == "" && isText, name != "" && !strings.HasPrefix(name, "Edm."), name == "Edm.String", name == "Edm.Guid",
		name == "Edm.DateTimeOffset", name == "Edm.Date", name == "Edm.TimeOfDay", name == "Edm.Duration", name == "Edm.Binary":
		return json.Number("7")
	case name == "Edm.Boolean":
		return "true"
	case name == "":
		return "another"
	}
	return []any{}
}

// TestPlantedTypes makes one member of a real answer another type, at least 300 times: what
// metadata declares is an error at its place, what an open type does not declare is a note
// there as before, and what a closed one does not is a warning. Members of values without a
// type are none of these.
func TestPlantedTypes(t *testing.T) {
	checker := real(t)
	o := oracle{models: map[string]*csdl.Model{}}
	for api, file := range map[string]string{"v1.0": "v1.0-Prod.csdl", "beta": "beta-USNat.csdl"} {
		m, err := csdl.Load(testkit.Corpus(t, "metadata/"+file))
		if err != nil {
			t.Fatal(err)
		}
		o.models[api] = m
	}
	largest, step := testkit.Sized(1<<20, 4<<10), testkit.Sized(67, 37)
	for _, r := range everything(t) {
		if len(r.Answer.Text) <= largest {
			o.answer(t, checker, r)
		}
	}
	runs, declared := 0, 0
	for n := 0; n < len(o.members); n += step {
		m := o.members[n]
		want := report.Error
		switch {
		case m.declared.Name == "" && m.open:
			want = report.Note
		case m.declared.Name == "":
			want = report.Warning
		case unwritten(m.declared.Name):
			continue
		default:
			declared++
		}
		m.set(other(m))
		result, err := checker.Check(m.in.Exchange)
		m.set(m.value)
		if err != nil {
			t.Fatal(err)
		}
		runs++
		if got, found := worst(result.Problems, m.at); !found || got != want {
			t.Errorf("%s: %s %s at %s (declared %q): told %v %s, want %s", m.in.file, m.in.Method, m.in.URL, m.at, m.declared, found, got, want)
		}
	}
	t.Logf("%d members in all; %d runs, of %d declared members", len(o.members), runs, declared)
	if runs < 300 {
		t.Errorf("only %d runs", runs)
	}
}

// unwritten reports types of which no value stands in an answer, or of which nothing is said.
func unwritten(typ string) bool {
	return typ == "Edm.Stream" || typ == "Edm.Untyped" || strings.HasPrefix(typ, "Edm.Geo") || strings.HasSuffix(typ, ".Json")
}

// worst is the severest problem at a place or below it.
func worst(problems []conform.Problem, at string) (severity report.Severity, found bool) {
	for _, p := range problems {
		if strings.HasPrefix(p.Where, at) {
			severity, found = max(severity, p.Severity), true
		}
	}
	return severity, found
}
