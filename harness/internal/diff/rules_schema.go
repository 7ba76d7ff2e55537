package diff

import (
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rule of schemas.
const SchemaViolated ID = "schema.violated"

var schemaRules = []Rule{
	{SchemaViolated, report.Warning, false, "an answer breaks a schema that it kept", breakSchema},
}

// schemas says where answers break schemas that they kept before. Where another change
// at the same place says why, that one says that the schema does not know it.
func (c *comparison) schemas() {
	if c.opts.Judge == nil {
		return
	}
	for _, p := range c.pairs {
		was, is := violationsOf(p.old, c.opts.Judge), violationsOf(p.new, c.opts.Judge)
		for _, key := range slices.Sorted(maps.Keys(is)) {
			v := is[key]
			if was[key] != nil || c.found.explainedBy(p.old, v.Where) {
				continue
			}
			p.add(difference{
				rule: SchemaViolated, where: v.Where, old: "as the schema says", new: string(v.Rule), count: v.count,
				message:  v.at.path + " is " + v.Got + ", wanted " + v.Want,
				examples: []Example{{New: v.at.interaction, Path: v.at.path}},
			})
		}
	}
}

type violated struct {
	Violation
	count int
	at    spot
}

// violationsOf are those of an operation's answers by rule and place, elements of lists being
// one place.
func violationsOf(op *operation, judge func(*cassette.Interaction) []Violation) map[string]*violated {
	all := map[string]*violated{}
	for _, e := range op.telling {
		if e.part {
			continue // the batch is judged as a whole
		}
		for _, v := range judge(e.at) {
			at := spot{e.at, v.Where}
			v.Where = anyIndex.ReplaceAllString(v.Where, "[*]")
			key := string(v.Rule) + " " + v.Where
			if all[key] == nil {
				all[key] = &violated{Violation: v, at: at}
			}
			all[key].count++
		}
	}
	return all
}

var anyIndex = regexp.MustCompile(`\[\d+\]`)

// breakSchema gives a member of the first answers that have such a one a value that its
// schema refuses, which a client that reads types cannot take. It looks for a change of no
// other kind first: of a member that showed no type so far, or of a number that was whole. Where
// there is none, or nothing judges, the value is of another JSON type than those recorded.
func breakSchema(m *mutation) string {
	for _, pass := range []struct {
		spoiled func(value any) []any
		judged  bool
	}{{spoiledQuietly, true}, {spoiled, true}, {spoiled, false}} {
		if pass.judged && m.judge == nil {
			continue
		}
		for op, answers := range m.operations {
			for _, name := range dataMembers(answers) {
				for _, value := range pass.spoiled(commonValue(answers, name)) {
					if m.spoil(answers, name, value, pass.judged) {
						return op.name + ": " + name
					}
				}
			}
		}
	}
	return ""
}

// dataMembers are the members of an operation's resources that are no annotations, ids or
// links, sorted.
func dataMembers(answers []*exchange) []string {
	names := map[string]bool{}
	for _, e := range answers {
		for _, object := range e.objects() {
			for name := range object {
				names[name] = names[name] || isDataName(name)
			}
		}
	}
	maps.DeleteFunc(names, func(_ string, isData bool) bool { return !isData })
	return slices.Sorted(maps.Keys(names))
}

// commonValue is what a member holds: the value, if it is nowhere of another JSON type, else
// jsondoc.Absent. A list is one with elements, if any has some.
func commonValue(answers []*exchange, name string) any {
	common := any(jsondoc.Absent)
	for _, e := range answers {
		for _, object := range e.objects() {
			value, there := object[name]
			switch {
			case !there:
			case common == jsondoc.Absent:
				common = value
			case reflect.TypeOf(common) != reflect.TypeOf(value):
				return jsondoc.Absent
			case isEmpty(common) && !isEmpty(value), isWhole(common) && !isWhole(value):
				common = value
			}
		}
	}
	return common
}

func isEmpty(value any) bool {
	list, isList := value.([]any)
	return isList && len(list) == 0
}

func isWhole(value any) bool {
	number, _ := value.(json.Number)
	_, err := strconv.ParseInt(string(number), 10, 64)
	return err == nil
}

// spoiledQuietly are values in place of one that no other rule sees.
func spoiledQuietly(value any) []any {
	switch v := value.(type) {
	case nil:
		return []any{json.Number("0.5"), "neither a number nor a list"}
	case []any:
		if isEmpty(v) {
			return []any{[]any{json.Number("0.5")}, []any{"neither a number nor an object"}}
		}
	case json.Number:
		if isWhole(v) {
			return []any{v + ".5"}
		}
	}
	return nil
}

// spoiled are values of another JSON type.
func spoiled(value any) []any {
	switch v := value.(type) {
	case string:
		return []any{json.Number("0.5")}
	case bool:
		return []any{strconv.FormatBool(v)}
	case json.Number:
		return []any{string(v)}
	case []any, map[string]any:
		return []any{"neither a list nor an object"}
	}
	return nil
}

// spoil gives a member another value in all answers. Judged, it does so only where the
// judge refuses it.
func (m *mutation) spoil(answers []*exchange, name string, value any, judged bool) bool {
	var undo []func()
	refused := !judged
	for _, e := range answers {
		at, before := *e.at, m.refusals(e, name, judged)
		undo = append(undo, func() { *e.at = at })
		for _, object := range e.objects() {
			if was, there := object[name]; there {
				undo = append(undo, func() { object[name] = was })
				object[name] = value
			}
		}
		e.write()
		refused = refused || m.refusals(e, name, judged) > before
	}
	if !refused {
		for _, back := range undo {
			back()
		}
	}
	return refused
}

// refusals counts what the judge refuses of a member in an answer.
func (m *mutation) refusals(e *exchange, name string, judged bool) (n int) {
	if !judged {
		return 0
	}
	for _, v := range m.judge(e.at) {
		if strings.Contains(v.Where, jsondoc.AppendPath("", name)) {
			n++
		}
	}
	return n
}
