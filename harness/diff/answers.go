package diff

import (
	"fmt"
	"maps"
	"math"
	"mime"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// contractHeaders are the response headers that clients read.
var contractHeaders = []string{
	"Content-Disposition", "Content-Range", "Deprecation", "Etag", "Link", "Location", "Operation-Location", "Preference-Applied",
	"Retry-After", "Sunset", "Www-Authenticate",
}

// contentClass is what kind of body an answer says that it has, and has.
func (e *exchange) contentClass() string {
	media, _, _ := mime.ParseMediaType(e.header.Get("Content-Type"))
	if e.part {
		media = "" // parts need not say
	}
	return strings.TrimSpace(media + " " + e.answered.kind)
}

// answers compares all answers with one status.
func (c *comparison) answers(p pair, old, new *answers) {
	c.headers(p, old, new)
	if len(old.kinds) == 1 && len(new.kinds) == 1 {
		was, is := slices.Collect(maps.Keys(old.kinds))[0], slices.Collect(maps.Keys(new.kinds))[0]
		if was != is {
			c.add(difference{
				rule: "content.type", operation: p.old, where: "header.Content-Type", old: was, new: is, count: len(new.all),
				message:  fmt.Sprintf("answers %s, was %s", is, was),
				examples: []Example{{Old: old.all[0].at, New: new.all[0].at, Path: "header.Content-Type"}},
			})
			return
		}
	}
	if old.all[0].status >= 400 {
		c.errors(p, old, new)
		return
	}
	c.shapes(p, old.shape, new.shape)
	c.equalities(p, old, new)
}

func (c *comparison) headers(p pair, old, new *answers) {
	for _, name := range contractHeaders {
		d := difference{
			operation: p.old, subject: "header." + name, where: "header." + name,
			examples: []Example{{Old: old.all[0].at, New: new.all[0].at, Path: "header." + name}},
		}
		switch was, is := old.headers[name], new.headers[name]; {
		case was == len(old.all) && is == 0:
			d.rule, d.old, d.new, d.count, d.message = "header.lost", "there", "none", len(new.all), "no header "+name+" any more"
		case was == 0 && is > 0:
			d.rule, d.old, d.new, d.count, d.message = "header.added", "none", "there", is, "has a header "+name
		default:
			continue
		}
		c.add(d)
	}
}

// errors compares failures by their code; texts and details are for people.
func (c *comparison) errors(p pair, old, new *answers) {
	was, is := codesOf(old), codesOf(new)
	added := without(is, was)
	if len(added) == 0 || len(was) == 0 {
		return
	}
	c.add(difference{
		rule: "error.code", operation: p.old, subject: "error.code " + strings.Join(was, ", "), where: "$['error']['code']",
		old: strings.Join(was, ", "), new: strings.Join(is, ", "), count: len(new.all),
		message:  fmt.Sprintf("fails with code %s, was %s", strings.Join(added, ", "), strings.Join(was, ", ")),
		examples: []Example{{Old: old.all[0].at, New: new.all[0].at, Path: "$['error']['code']"}},
	})
}

func codesOf(a *answers) []string {
	var codes []string
	for _, e := range a.all {
		if code := e.errorCode(); code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

// shapes compares what stands at one place, and then what stands below it.
func (c *comparison) shapes(p pair, old, new *shape) {
	if old.total() > 0 && new.total() > 0 && !isLinkMember(old.where) {
		if c.types(p, old, new) {
			return
		}
		c.values(p, old, new)
	}
	if old.types[typeObject] > 0 && new.types[typeObject] > 0 {
		for _, name := range slices.Sorted(maps.Keys(old.members)) {
			c.member(p, name, old, new)
		}
		for _, name := range slices.Sorted(maps.Keys(new.members)) {
			if old.members[name] == nil {
				c.member(p, name, old, new)
			}
		}
	}
	if old.element != nil && new.element != nil {
		c.shapes(p, old.element, new.element)
	}
	if old.removed != nil && new.removed != nil {
		c.shapes(p, old.removed, new.removed)
	}
}

// isLinkMember reports the paging links, which the trace tells of.
func isLinkMember(where string) bool {
	return where == jsondoc.AppendPath(jsondoc.Root, graph.NextLink)
}

// member compares a member of objects: how often it is there, then what it holds.
func (c *comparison) member(p pair, name string, old, new *shape) {
	was, is := old.members[name], new.members[name]
	switch {
	case name == graph.NextLink:
	case name == "header.Location":
		if was != nil && is != nil {
			c.values(p, was, is)
		}
	case name == keyed:
		if was != nil && is != nil {
			c.shapes(p, was, is) // how many there are, is chance
		}
	case is == nil:
		if expected(was.total(), old, new) {
			c.add(difference{
				rule: "property.lost", operation: p.old, old: "there", new: "none", count: new.types[typeObject], message: name + " is gone",
				subject: was.subject, where: was.where, examples: examplesOf(was.at, new.at),
			})
		}
	case was == nil:
		if expected(is.total(), new, old) {
			c.add(difference{
				rule: "property.added", operation: p.old, old: "none", new: "there", count: is.total(), message: name + " is new",
				subject: is.subject, where: is.where, examples: examplesOf(old.at, is.at),
			})
		}
	default:
		c.rate(p, was, is, old.types[typeObject], new.types[typeObject])
		c.shapes(p, was, is)
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
func (c *comparison) rate(p pair, was, is *shape, before, after int) {
	a, b := float64(was.total())/float64(before), float64(is.total())/float64(after)
	if missing := after - is.total(); !(a == 1 && b <= 0.8 && missing*before >= after) && !isOtherShare(a, b, before, after) {
		return
	}
	c.add(difference{
		rule: "property.rate", operation: p.old, subject: was.subject, where: was.where,
		old: percent(a), new: percent(b), count: after,
		message:  fmt.Sprintf("%s is there in %s of the objects, was %s", was.name, percent(b), percent(a)),
		examples: examplesOf(was.at, is.at),
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
func (c *comparison) types(p pair, old, new *shape) bool {
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
	d := difference{operation: p.old, subject: old.subject, where: old.where, count: new.total(), examples: examplesOf(old.at, new.at)}
	switch {
	case len(were) > 0 && len(are) > 0 && len(without(are, were)) > 0:
		d.rule, d.old, d.new = "type.changed", strings.Join(were, " or "), strings.Join(are, " or ")
		d.message = fmt.Sprintf("%s is %s, was %s", label(old), d.new, d.old)
	case old.types[typeNull] == 0 && new.types[typeNull]*old.total() >= new.total() && new.types[typeNull] > 0:
		d.rule, d.old, d.new, d.count = "null.new", "never null", "null", new.types[typeNull]
		d.message = label(old) + " is null"
	default:
		return false
	}
	c.add(d)
	return d.rule == "type.changed"
}

func label(s *shape) string {
	if s.name == "" {
		return "the body"
	}
	return s.name
}

// values compares the classes of strings at one place: a new class is a change where
// none of the old ones is like it.
func (c *comparison) values(p pair, old, new *shape) {
	if len(old.values) == 0 || len(new.values) == 0 || p.old.isOperation() && old.where == "$['status']" {
		return
	}
	rule, was, is := "", []value{}, []value{}
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
		c.goneWords(p, old, new)
		return
	}
	d := difference{
		rule: rule, operation: p.old, subject: old.subject, where: old.where, count: count, examples: examplesOf(old.at, at),
		old: describe(was), new: describe(is),
	}
	if rule == "enum.new" {
		d.old = describe(valuesOf(old.values))
	}
	d.message = fmt.Sprintf("%s is %s, was %s", label(old), d.new, d.old)
	c.add(d)
}

// enough is how many values tell that one which is missing is not so by chance.
const enough = 5

// goneWords tells of words that are seen no more, though as many are seen.
func (c *comparison) goneWords(p pair, old, new *shape) {
	var lost []value
	for _, key := range slices.Sorted(maps.Keys(old.values)) {
		if v := old.values[key].value; v.role == word && new.values[key] == nil {
			lost = append(lost, v)
		}
	}
	if len(lost) == 0 || old.types[typeString] < enough || new.types[typeString] < old.types[typeString] {
		return
	}
	c.add(difference{
		rule: "enum.gone", operation: p.old, subject: old.subject, where: old.where, count: new.types[typeString], examples: examplesOf(old.at, new.at),
		old: describe(valuesOf(old.values)), new: describe(valuesOf(new.values)),
		message: fmt.Sprintf("%s is no longer %s", label(old), describe(lost)),
	})
}

// nearestChange is the change to a value from the old one that is most like it; "" where
// one is alike.
func (c *comparison) nearestChange(old map[string]*seen, now value) (rule string, before value) {
	for _, key := range slices.Sorted(maps.Keys(old)) {
		was := old[key].value
		if was.role == link {
			was.text = c.expected(was.text)
		}
		change := was.changeOf(now)
		if change == "" {
			return "", was
		}
		if rule == "" || change == "id.case" || change == "id.length" && rule == "id.format" {
			rule, before = change, was
		}
	}
	return rule, before
}

// expected is a link of the old recording as the new one is expected to have it: with the
// API version that Options.Map names.
func (c *comparison) expected(text string) string {
	for was, is := range c.opts.Map {
		text = strings.Replace(text, "/"+was+"/", "/"+is+"/", 1)
	}
	return text
}

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

// requests compares what writes sent.
func (c *comparison) requests(p pair, before, after *picture) {
	if before.sent == 0 || after.sent == 0 {
		return
	}
	old, new := before.asked.members, after.asked.members
	for _, name := range slices.Sorted(maps.Keys(new)) {
		if old[name] == nil {
			c.add(difference{
				rule: "request.added", operation: p.old, where: "request." + new[name].where, old: "none", new: "sent", count: new[name].total(),
				message: "the request holds " + name, examples: examplesOf(before.asked.at, new[name].at),
			})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if new[name] == nil {
			c.add(difference{
				rule: "request.lost", operation: p.old, where: "request." + old[name].where, old: "sent", new: "none", count: old[name].total(),
				message: "the request no longer holds " + name, examples: examplesOf(old[name].at, after.asked.at),
			})
		}
	}
}
