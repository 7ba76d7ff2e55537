package match

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A read is *related* to the writes that may change its answer, as far as paths
// say. With R the path of the read and W that of the write (versions, queries,
// casts, $ref, $value, $count, and the action that a read calls left out), the
// write is related when one of these holds:
//
//	W = R         PATCH /groups/1                GET /groups/1
//	W below R     DELETE /groups/1               GET /groups, GET /groups?$filter=...
//	              POST /groups/1/members/$ref    GET /groups/1, GET /groups/1/members
//	              POST /teams/1/archive          GET /teams/1
//	R below W     DELETE /groups/1               GET /groups/1/members
//	              POST /groups (made id 1)       GET /groups/1, GET /groups/1/members
//
// A POST whose answer holds what it made, or says with 202 where it comes to be, relates,
// below its collection, only to reads whose next step is a text of the two (its id, or
// an alternate key such as userPrincipalName): making group 2 says nothing about group 1,
// also when many tests make theirs at once. A write that was refused with 4xx changed
// nothing and is no barrier.
//
// A user that is called by userPrincipalName is the one of the id which a recorded
// answer gives with that name.
//
// What is made is nothing to a read that asks for others: a filter which compares with
// texts alone, of which the POST and its answer have none.
//
// In a batch each part reads or writes for itself. A read lies behind one barrier for each step
// of its path at most, and so is a write part of few: asking which writes were replayed costs
// the same however many there are.

// A resourceUse is what a recorded request reads, or what a record of one writes.
type resourceUse struct {
	entry     *entry
	write     *record // nil for a read
	resources []resource
}

// raiseBarriers binds the reads among uses to the writes that are related to them.
func raiseBarriers(uses []resourceUse, entries []*entry) {
	if !slices.ContainsFunc(uses, func(u resourceUse) bool { return u.write != nil }) {
		return
	}
	sets, known := writeSets{}, aliasesOf(uses, entries)
	for _, u := range uses {
		if u.write == nil {
			continue
		}
		for _, where := range known.resolve(u.resources) {
			sets.add(u.write, where)
		}
	}
	barriers := map[string]*barrier{}
	for _, u := range uses {
		if u.write != nil {
			continue
		}
		behind := map[*barrier]bool{}
		for _, where := range known.resolve(u.resources) {
			for _, name := range sets.related(where) {
				b := barriers[name]
				if b == nil {
					b = &barrier{sets[name]}
					barriers[name] = b
					for _, w := range b.writes {
						w.barriers = append(w.barriers, b)
					}
				}
				behind[b] = true
			}
		}
		u.entry.barriers = slices.Collect(maps.Keys(behind))
	}
}

// writeSets are the writes that reads could lie behind, by how they are related to a path,
// and the path:
//
//	below    at or below it
//	changes  those of below, but for those of makes that were answered with what they made
//	makes    POST to it that made something
//	with X   those of makes that have the text X
//	at       right at it, but for those of makes
type writeSets map[string][]*record

func (s writeSets) note(name string, write *record) {
	if list := s[name]; len(list) == 0 || list[len(list)-1] != write {
		s[name] = append(list, write)
	}
}

func (s writeSets) add(write *record, where resource) {
	last, makes := len(where.steps), write.makes()
	for n := 1; n <= last; n++ {
		s.note("below "+where.prefix(n), write)
		if n < last || !makes || write.interaction.Response.Code == http.StatusAccepted {
			s.note("changes "+where.prefix(n), write)
		}
	}
	if makes {
		s.note("makes "+where.prefix(last), write)
	} else {
		s.note("at "+where.prefix(last), write)
	}
}

// related names the sets of writes that a read of a resource lies behind.
func (s writeSets) related(where resource) []string {
	last := len(where.steps)
	names := []string{"below " + where.prefix(last)}
	if where.equal != nil {
		names = s.with(where.equal, where.prefix(last), "changes "+where.prefix(last))
	}
	for n := 1; n < last; n++ {
		names = s.with(where.steps[n:n+1], where.prefix(n), append(names, "at "+where.prefix(n))...)
	}
	return slices.DeleteFunc(names, func(name string) bool { return len(s[name]) == 0 })
}

// with adds the sets of those that made something at a path and have one of some texts. What these
// say is read once somebody asks for it.
func (s writeSets) with(texts []string, path string, names ...string) []string {
	for _, write := range s["makes "+path] {
		for _, text := range write.texts() {
			s.note("with "+text+" "+path, write)
		}
	}
	delete(s, "makes "+path)
	for _, text := range texts {
		names = append(names, "with "+text+" "+path)
	}
	return names
}

// makes reports whether the answer to a POST says what that made.
func (r *record) makes() bool {
	response := &r.interaction.Response
	return r.entry.key.Method == http.MethodPost && (response.Code == http.StatusCreated && response.Body != "" || response.Code == http.StatusAccepted && r.comesToBeAt() != "")
}

// comesToBeAt is the address at which an answer says that something comes to be.
func (r *record) comesToBeAt() string {
	header := r.interaction.Response.Headers
	return cmp.Or(header.Get("Content-Location"), header.Get("Location"))
}

// texts are those in a request and its answer, and in the address at which something comes to
// be, as steps of a path.
func (r *record) texts() (all []string) {
	if address, err := graphurl.Parse(r.comesToBeAt()); err == nil {
		for _, segment := range address.Segments {
			all = append(all, escapeStep(segment.Text))
		}
	}
	for _, body := range []string{r.interaction.Request.Body, r.body()} {
		doc, _ := jsondoc.Parse(body)
		jsondoc.Walk(doc, func(_ jsondoc.Place, value any) bool {
			if text, ok := value.(string); ok {
				all = append(all, escapeStep(text))
			}
			return true
		})
	}
	return all
}

// aliases are the user principal names that requests call users by, and the ids that recorded
// answers give them, both as steps of a path (resources/user).
type aliases map[string]string

// aliasesOf reads the answers for the users whom some uses call by name.
func aliasesOf(uses []resourceUse, entries []*entry) aliases {
	names := aliases{}
	for _, u := range uses {
		for _, r := range u.resources {
			if user := r.user(); strings.Contains(user, "@") {
				names[user] = ""
			}
		}
	}
	if len(names) == 0 { // in most recordings: nothing has to be read
		return nil
	}
	for _, e := range entries {
		for _, r := range e.answers {
			if body := r.body(); strings.Contains(body, `"userPrincipalName"`) {
				names.learn(body)
			}
		}
	}
	return names
}

// learn reads an answer that is a user, or a page of them.
func (a aliases) learn(body string) {
	doc, _ := jsondoc.Parse(body)
	top, _ := doc.(map[string]any)
	page, _ := top["value"].([]any)
	for _, item := range append(page, doc) {
		user, _ := item.(map[string]any)
		id, _ := user["id"].(string)
		name, _ := user["userPrincipalName"].(string)
		if _, asked := a[escapeStep(name)]; asked && id != "" {
			a[escapeStep(name)] = escapeStep(id)
		}
	}
}

// resolve gives the users among resources their ids.
func (a aliases) resolve(resources []resource) []resource {
	for n, r := range resources {
		if id := a[r.user()]; id != "" {
			resources[n].steps = append([]string{r.steps[0], id}, r.steps[2:]...)
		}
	}
	return resources
}

// A resource is the subject of a path, for the relation between reads and writes. Versions are
// left out: v1.0 and beta show the same things (real recordings mix them).
type resource struct {
	host  string
	steps []string
	equal []string // the texts that all which it reads has one of, as steps; nil where that is not known
}

func resourceOf(u *graphurl.URL) resource {
	segments := u.Segments
	for len(segments) > 0 && isView(segments) {
		segments = segments[:len(segments)-1]
	}
	r := resource{host: u.Host, steps: make([]string, len(segments)), equal: equalTo(u)}
	for i, segment := range segments {
		r.steps[i] = step(segment)
	}
	return r
}

// equalities is a filter that compares texts with eq, and does nothing else.
var equalities = regexp.MustCompile(`(?i)^(?:[^'()\s]+ eq '(?:[^']|'')*'(?: and | or |$))+$`)

var quoted = regexp.MustCompile(`'((?:[^']|'')*)'`)

// equalTo are the texts that a filter compares with, where all it does is to do so.
func equalTo(u *graphurl.URL) (texts []string) {
	for _, o := range u.Options {
		if o.Name == "$filter" && equalities.MatchString(o.Value) {
			for _, literal := range quoted.FindAllStringSubmatch(o.Value, -1) {
				texts = append(texts, escapeStep(strings.ReplaceAll(literal[1], "''", "'")))
			}
		}
	}
	return texts
}

// isView reports whether a path ends in what shows its subject otherwise, or calculates from it.
func isView(segments []graphurl.Segment) bool {
	last := segments[len(segments)-1]
	return last.Kind == graphurl.Cast || last.Kind == graphurl.System ||
		strings.TrimPrefix(strings.ToLower(last.Text), "microsoft.graph.") == "delta" || graphurl.IsReadAction(segments)
}

// step spells a segment so that it holds no slash. Letter case is folded: a
// relation too many does less harm than one too few.
func step(s graphurl.Segment) string {
	text := escapeStep(s.Text)
	for _, argument := range s.Args {
		text += "(" + escapeStep(argument.Name) + "=" + escapeStep(argument.Value) + ")"
	}
	return text
}

func escapeStep(s string) string { return strings.ToLower(url.PathEscape(s)) }

// prefix names the first n steps of a path.
func (r resource) prefix(n int) string {
	return r.host + "/" + strings.Join(r.steps[:n], "/")
}

// user is the step that names a user, or "".
func (r resource) user() string {
	if len(r.steps) > 1 && r.steps[0] == "users" {
		return r.steps[1]
	}
	return ""
}
