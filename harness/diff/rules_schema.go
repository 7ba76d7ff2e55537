package diff

import (
	"maps"
	"regexp"
	"slices"

	"github.com/graphvcr/graphvcr/harness/report"
)

// The rule of schemas.
const SchemaViolated ID = "schema.violated"

func schemaRules() []Rule {
	return []Rule{
		{SchemaViolated, report.Warning, false, "an answer breaks a schema that it kept", breakSchema},
	}
}

// schemas tells where answers break schemas that they kept before. Where another change
// at the same place says why, that one says that the schema does not know it.
func (c *comparison) schemas() {
	if c.opts.Judge == nil {
		return
	}
	for _, p := range c.pairs {
		was, is := c.violations(p.old), c.violations(p.new)
		for _, key := range slices.Sorted(maps.Keys(is)) {
			v := is[key]
			if was[key] != nil || c.explainedBy(p.old, v.Where) {
				continue
			}
			c.add(difference{
				rule: SchemaViolated, operation: p.old, where: v.Where, old: "as the schema says", new: string(v.Rule), count: v.count,
				message:  v.at.path + " is " + v.Got + ", wanted " + v.Want,
				examples: []Example{{New: v.at.interaction, Path: v.at.path}},
			})
		}
	}
}

// violations are by rule and place.
type violations map[string]*violated

type violated struct {
	Violation
	count int
	at    spot
}

// violations are those of an operation's answers, elements of lists being one place.
func (c *comparison) violations(op *operation) violations {
	all := violations{}
	for _, t := range op.threads {
		for _, ph := range t.phases {
			for _, e := range t.telling(ph) {
				if e.part {
					continue // the batch is judged as a whole
				}
				for _, v := range c.opts.Judge(e.at) {
					at := spot{e.at, v.Where}
					v.Where = anyIndex.ReplaceAllString(v.Where, "[*]")
					key := string(v.Rule) + " " + v.Where
					if all[key] == nil {
						all[key] = &violated{Violation: v, at: at}
					}
					all[key].count++
				}
			}
		}
	}
	return all
}

var anyIndex = regexp.MustCompile(`\[\d+\]`)

// explainedBy reports whether a change at a place is told already, which then says that
// the schema does not have it.
func (c *comparison) explainedBy(op *operation, where string) bool {
	explained := false
	for i := range c.found {
		d := &c.found[i]
		if d.operation == op && (d.where == where || d.where == "status") {
			if d.rule == EnumNew && !explained {
				d.message += ", which the metadata does not declare"
			}
			explained = true
		}
	}
	return explained
}

// brokenText is what breakSchema writes. It is no change of another kind: a text stays one.
const brokenText = "a text that its schema refuses"

func breakSchema(m *mutation) string {
	return m.everywhere(func(op *operation, name string, value any) bool {
		s, isText := value.(string)
		return isText && isPlain(op, name, value) && valueOf(name, s).role == prose
	}, func(object map[string]any, name string) { object[name] = brokenText })
}
