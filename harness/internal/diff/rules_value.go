package diff

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/words"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of the strings that a property holds.
const (
	DateFormat ID = "date.format"
	EnumGone   ID = "enum.gone"
	EnumNew    ID = "enum.new"
	LinkShape  ID = "link.shape"
)

var valueRules = []Rule{
	{DateFormat, report.Warning, false, "dates lost or gained a time, a zone or fractions of seconds", func(m *mutation) string {
		return m.everywhere(func(_ *operation, _ string, value any) bool {
			s, _ := value.(string)
			return strings.HasSuffix(dateShape(s), "UTC")
		}, func(object map[string]any, name string) {
			object[name] = strings.TrimSuffix(object[name].(string), "Z")
		})
	}},
	{EnumGone, report.Note, true, "a value of a property that is seen no more", loseMember},
	{EnumNew, report.Warning, true, "a value that a client has not seen in this property", func(m *mutation) string {
		return m.everywhere(isPlainWord, func(object map[string]any, name string) { object[name] = "unknownFutureValue" })
	}},
	{LinkShape, report.Warning, true, "links are built otherwise: absolute or relative, key syntax, options", changeLinks},
}

// values compares the classes of strings at one place: a new class is a change where
// none of the old ones is like it.
func (c *shapes) values(old, new *shape) {
	if len(old.values) == 0 || len(new.values) == 0 || c.old.isOperation() && old.where == "$['status']" {
		return
	}
	if max(len(old.values), len(new.values)) == maxClasses {
		return
	}
	if c.in.isMapped() && strings.HasSuffix(old.name, odata.Context) {
		return // another version's metadata names its answers in its own way
	}
	if c.in.isMixed() && (holdsHidden(old.values) || holdsHidden(new.values)) {
		return // what is hidden on one side only may be what the other shows
	}
	var rule ID
	var was, is []value
	var at []spot
	count := 0
	for _, key := range slices.Sorted(maps.Keys(new.values)) {
		now := new.values[key]
		change, before := c.nearestChange(old.values, now.value)
		if change == "" {
			if now.value.role != word && now.value.role != class {
				return // some are as they were
			}
			continue
		}
		if rule == "" {
			rule = change
		}
		was, is = append(was, before), append(is, now.value)
		at = append(at, now.at)
		count += now.count
	}
	if rule == "" {
		c.goneWords(old, new)
		return
	}
	if rule == EnumNew && is[0].role == word && c.isData(old, new) {
		return
	}
	d := difference{rule: rule, count: count, old: describe(was), new: describe(is)}
	if strings.HasSuffix(old.name, odata.Context) { // of a member or of the answer: one thing
		d.subject = odata.Context
	}
	if rule == EnumNew {
		d.old = describe(valuesOf(old.values))
	}
	d.message = fmt.Sprintf("%s is %s, was %s", label(old), d.new, d.old)
	c.add(old, old.at, at, d)
}

// enough is how many values show that one which is missing is not so by chance.
const enough = 5

// goneWords reports words that are seen no more, though as many are seen.
func (c *shapes) goneWords(old, new *shape) {
	var lost []value
	for _, key := range slices.Sorted(maps.Keys(old.values)) {
		if v := old.values[key].value; v.role == word && new.values[key] == nil {
			lost = append(lost, v)
		}
	}
	if len(lost) == 0 || old.types[typeString] < enough || new.types[typeString] < old.types[typeString] || c.isData(old, new) {
		return
	}
	c.add(old, old.at, new.at, difference{
		rule: EnumGone, count: new.types[typeString],
		old: describe(valuesOf(old.values)), new: describe(valuesOf(new.values)),
		message: fmt.Sprintf("%s is no longer %s", label(old), describe(lost)),
	})
}

// isData reports whether the words at a place are data, such as a person's office: metadata
// declares a text there, or knows the member and none of its words is one of these.
func (c *shapes) isData(old, new *shape) bool {
	isWord := func(v value) bool {
		return v.role == word && (v.hidden || words.Harmless(old.name, parentOf(old.where), v.text))
	}
	// Of a member that nothing knows, what is spelled like a word is one.
	if words.IsMember(old.name) && !slices.ContainsFunc(slices.Concat(valuesOf(old.values), valuesOf(new.values)), isWord) {
		return true
	}
	return c.in.isText != nil && slices.ContainsFunc([]*shape{old, new}, func(s *shape) bool {
		return len(s.at) > 0 && c.in.isText(s.at[0].interaction, s.at[0].path)
	})
}

// parentOf is the name of the member that the object at a place is the value of, or is in
// the array of: "manager" of $['manager']['userType'].
func parentOf(where string) string {
	var names []string
	for _, step := range memberSteps.FindAllStringSubmatch(where, -1) {
		names = append(names, step[1])
	}
	if len(names) < 2 {
		return ""
	}
	return names[len(names)-2]
}

var memberSteps = regexp.MustCompile(`\['([^']*)'\]`)

// nearestChange is the change to a value from the old one that is most like it; "" where
// one is alike.
func (c *shapes) nearestChange(old map[string]*seen, now value) (rule ID, before value) {
	if now.role == link {
		now.text = c.in.expected(now.text)
	}
	for _, key := range slices.Sorted(maps.Keys(old)) {
		was := old[key].value
		if was.role == link {
			was.text = c.in.expected(was.text)
		}
		change := was.changeOf(now)
		if change == "" {
			return "", was
		}
		if rule == "" || change == IDCase || change == IDLength && rule == IDFormat {
			rule, before = change, was
		}
	}
	return rule, before
}

// expected is a link as it is expected of either recording: without the API version, where
// Options.Map says that it differs.
func (r *recordings) expected(text string) string {
	if !r.isMapped() {
		return text
	}
	for _, versions := range [][]string{r.old.versions, r.new.versions} {
		for _, version := range versions {
			text = strings.Replace(text, "/"+version+"/", "/", 1)
		}
	}
	return text
}

// isMapped reports whether the recordings are of API versions that are meant to differ.
func (r *recordings) isMapped() bool { return !slices.Equal(r.old.versions, r.new.versions) }

func valuesOf(all map[string]*seen) []value {
	var values []value
	for _, key := range slices.Sorted(maps.Keys(all)) {
		values = append(values, all[key].value)
	}
	return values
}

// describe lists what values are, the first five.
func describe(values []value) string {
	var all []string
	for _, v := range values {
		if s := v.String(); !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	if len(all) > 5 {
		all = append(all[:5], fmt.Sprintf("%d more", len(all)-5))
	}
	return strings.Join(all, ", ")
}

func isPlainWord(op *operation, name string, value any) bool {
	s, isText := value.(string)
	return isText && isPlain(op, name, value) && reading{}.valueOf(name, s).role == word
}

// loseMember makes one of several members of an enum another of them.
func loseMember(m *mutation) string {
	return m.member(isPlainWord, func(_ *operation, name string, objects []map[string]any) bool {
		seen := map[string]bool{}
		for _, object := range objects {
			seen[text(object, name)] = true
		}
		if len(objects) < enough || len(seen) < 2 {
			return false
		}
		all := slices.Sorted(maps.Keys(seen))
		for _, object := range objects {
			if text(object, name) == all[0] {
				object[name] = all[1]
			}
		}
		return true
	})
}

func changeLinks(m *mutation) string {
	return m.exchanges(func(e *exchange) string {
		root, _ := e.answered.doc.(map[string]any)
		link, isText := root[odata.Context].(string)
		if !isText {
			return ""
		}
		_, after, _ := strings.Cut(link, "://")
		_, path, _ := strings.Cut(after, "/")
		root[odata.Context] = "/" + path
		return odata.Context
	})
}
