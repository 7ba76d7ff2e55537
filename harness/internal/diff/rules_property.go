package diff

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of the properties of resources and their JSON types.
const (
	NullNew       ID = "null.new"
	PropertyAdded ID = "property.added"
	PropertyLost  ID = "property.lost"
	PropertyRate  ID = "property.rate"
	TypeChanged   ID = "type.changed"
)

var propertyRules = []Rule{
	{NullNew, report.Warning, false, "null where there was always a value", func(m *mutation) string {
		return m.everywhere(isPlain, func(object map[string]any, name string) { object[name] = nil })
	}},
	{PropertyAdded, report.Note, true, "a property that was not there", func(m *mutation) string {
		isID := func(_ *operation, name string, _ any) bool { return name == "id" }
		return m.everywhere(isID, func(object map[string]any, _ string) { object["isNewHere"] = true })
	}},
	{PropertyLost, report.Error, false, "a property that was there is gone", func(m *mutation) string {
		return m.everywhere(isPlain, func(object map[string]any, name string) { delete(object, name) })
	}},
	{PropertyRate, report.Note, true, "a property is there more or less often", thinProperty},
	{TypeChanged, report.Error, false, "a value has another JSON type", func(m *mutation) string {
		return m.everywhere(func(op *operation, name string, value any) bool {
			_, isText := value.(string)
			return isText && isPlain(op, name, value)
		}, func(object map[string]any, name string) { object[name] = []any{object[name]} })
	}},
}

// member compares a member of objects: how often it is there, then what it holds.
func (c *shapes) member(name string, old, new *shape) {
	was, is := old.members[name], new.members[name]
	isLocation := name == "header.Location"
	switch {
	case name == odata.NextLink:
	case (isLocation || name == keyed) && (was == nil || is == nil): // how many there are, is chance
	case isLocation:
		c.values(was, is)
	case name == keyed:
		c.compare(was, is)
	case is == nil:
		if expected(was.total(), old, new) {
			c.add(was, was.at, new.at, difference{
				rule: PropertyLost, old: "there", new: "none", count: new.types[typeObject], message: was.name + " is gone",
			})
		}
	case was == nil:
		if expected(is.total(), new, old) {
			c.add(is, old.at, is.at, difference{
				rule: PropertyAdded, old: "none", new: "there", count: is.total(), message: is.name + " is new",
			})
		}
	default:
		c.rate(was, is, old.types[typeObject], new.types[typeObject])
		c.compare(was, is)
	}
}

// expected reports whether what so many of these objects have should show among the others
// once at least; where it should not, that it does not is chance.
func expected(n int, these, others *shape) bool {
	return n*others.types[typeObject] >= these.types[typeObject]
}

// rate compares how often a member is there: whether one that was always there is missing
// at times, or the share of those that have it is further from what it was than chance takes
// it.
func (c *shapes) rate(was, is *shape, before, after int) {
	a, b := float64(was.total())/float64(before), float64(is.total())/float64(after)
	if missing := after - is.total(); !(a == 1 && b <= 0.8 && missing*before >= after) && !isOtherShare(a, b, before, after) {
		return
	}
	c.add(was, was.at, is.at, difference{
		rule: PropertyRate, old: percent(a), new: percent(b), count: after,
		message: fmt.Sprintf("%s is there in %s of the objects, was %s", was.name, percent(b), percent(a)),
	})
}

// isOtherShare reports whether two shares of so many differ by a quarter and by four
// standard deviations.
func isOtherShare(a, b float64, before, after int) bool {
	n, m := float64(before), float64(after)
	both := (a*n + b*m) / (n + m)
	deviation := math.Sqrt(both * (1 - both) * (1/n + 1/m))
	return math.Abs(a-b) >= 0.25 && math.Abs(a-b) >= 4*deviation
}

// percent is a share to the next ten, so that it reads the same in other recordings.
func percent(share float64) string { return fmt.Sprintf("%d%%", int(share*10+0.5)*10) }

// types compares JSON types, and reports whether the rest is beyond comparison.
func (c *shapes) types(old, new *shape) bool {
	var were, are []string
	for t := range jsonTypes {
		if t == typeNull {
			continue
		}
		if old.types[t] > 0 {
			were = append(were, typeNames[t])
		}
		if new.types[t] > 0 {
			are = append(are, typeNames[t])
		}
	}
	d := difference{count: new.total()}
	switch {
	case len(were) > 0 && len(are) > 0 && len(without(are, were)) > 0:
		d.rule, d.old, d.new = TypeChanged, strings.Join(were, " or "), strings.Join(are, " or ")
		d.message = fmt.Sprintf("%s is %s, was %s", label(old), d.new, d.old)
	case old.types[typeNull] == 0 && new.types[typeNull]*old.total() >= new.total() && new.types[typeNull] > 0:
		d.rule, d.old, d.new, d.count = NullNew, "never null", "null", new.types[typeNull]
		d.message = label(old) + " is null"
	default:
		return false
	}
	c.add(old, old.at, new.at, d)
	return d.rule == TypeChanged
}

func label(s *shape) string { return cmp.Or(s.name, "the body") }

func thinProperty(m *mutation) string {
	return m.member(isPlain, func(op *operation, name string, objects []map[string]any) bool {
		if len(objects) < 5 || len(op.threads[0].phases[0].answers) > 1 {
			return false
		}
		for i, object := range objects {
			if i%2 == 1 {
				delete(object, name)
			}
		}
		return true
	})
}
