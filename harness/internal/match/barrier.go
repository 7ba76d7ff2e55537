package match

import (
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A read is *related* to the writes that may change its answer, as far as paths
// tell. With R the path of the read and W that of the write (versions, queries,
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
// A POST whose answer holds what it made relates, below its collection, only to
// reads whose next step is a value of that answer (its id, or an alternate key
// such as userPrincipalName): making group 2 says nothing about group 1, also
// when many tests make theirs at once. A write that was refused with 4xx changed
// nothing and is no barrier.
//
// A user that is called by userPrincipalName is the one of the id which a recorded
// answer gives with that name.
//
// In a batch each part reads or writes for itself.
//
// A barrier is the set of writes that bind one sort of read: those at or below a
// path, those right at a path, or those that made one thing. A read lies behind
// one barrier for each step of its path at most, and so is a write part of few:
// asking which writes were replayed costs the same however many there are.
type barrier struct {
	writes []answerRef // in recorded order
}

// An answerRef is an answer of an entry.
type answerRef struct {
	entry  *entry
	answer int
}

func (w answerRef) record() *record { return &w.entry.answers[w.answer] }

// raiseBarriers binds the reads to the writes that are related to them.
func (b *builder) raiseBarriers() {
	if len(b.writes) == 0 {
		return
	}
	sets := writeSets{
		below: map[string][]answerRef{},
		at:    map[string][]answerRef{},
		makes: map[string][]answerRef{},
		made:  map[string][]answerRef{},
	}
	known := b.aliasesOf()
	for _, write := range b.writes {
		for _, where := range known.resolve(write.resources) {
			sets.add(answerRef{write.entry, write.answer}, where)
		}
	}
	places := map[string]int32{}
	for _, read := range b.reads {
		for _, where := range known.resolve(read.resources) {
			for name, writes := range sets.related(where) {
				place, raised := places[name]
				if !raised {
					place = int32(len(b.index.barriers))
					places[name] = place
					b.raise(place, writes)
				}
				read.entry.barriers = append(read.entry.barriers, place)
			}
		}
		slices.Sort(read.entry.barriers)
		read.entry.barriers = slices.Compact(read.entry.barriers)
	}
}

func (b *builder) raise(place int32, writes []answerRef) {
	b.index.barriers = append(b.index.barriers, barrier{writes})
	for _, write := range writes {
		r := write.record()
		if len(r.barriers) == 0 || r.barriers[len(r.barriers)-1] != place {
			r.barriers = append(r.barriers, place)
		}
	}
}

// writeSets are the barriers that reads could lie behind, by the path that they
// belong to.
type writeSets struct {
	below map[string][]answerRef // at or below the path
	at    map[string][]answerRef // right at the path, but for those in makes
	makes map[string][]answerRef // POST to the path which answered with what it made
	made  map[string][]answerRef // those of makes, by the path of the thing that they made
}

func (s *writeSets) add(write answerRef, where resource) {
	for n := 1; n <= len(where.steps); n++ {
		path := where.prefix(n)
		s.below[path] = append(s.below[path], write)
	}
	path := where.prefix(len(where.steps))
	if write.makesSomething() {
		s.makes[path] = append(s.makes[path], write)
	} else {
		s.at[path] = append(s.at[path], write)
	}
}

func (w answerRef) makesSomething() bool {
	response := &w.record().interaction.Response
	return w.entry.key.Method == http.MethodPost && response.Code == http.StatusCreated && response.Body != ""
}

// related returns the sets of writes that a read of a resource lies behind, by name.
func (s *writeSets) related(where resource) map[string][]answerRef {
	found := map[string][]answerRef{}
	note := func(kind, path string, writes []answerRef) {
		if len(writes) > 0 {
			found[kind+path] = writes
		}
	}
	last := len(where.steps)
	note("below ", where.prefix(last), s.below[where.prefix(last)])
	for n := 1; n < last; n++ {
		path := where.prefix(n)
		note("at ", path, s.at[path])
		s.expand(path)
		thing := where.prefix(n + 1)
		note("made ", thing, s.made[thing])
	}
	return found
}

// expand reads what the POSTs to a collection made, once somebody reads below it.
func (s *writeSets) expand(collection string) {
	writes := s.makes[collection]
	if len(writes) == 0 {
		return
	}
	delete(s.makes, collection)
	for _, write := range writes {
		for _, name := range namesIn(write.record().body()) {
			thing := collection + "/" + escapeStep(name)
			s.made[thing] = append(s.made[thing], write)
		}
	}
}

// namesIn lists the values of an object that something below its collection may be
// called by: its own strings, not those of inner objects.
func namesIn(body string) []string {
	doc, err := jsondoc.Parse(body)
	if err != nil {
		return nil
	}
	members, _ := doc.(map[string]any)
	var names []string
	for _, value := range members {
		if name, ok := value.(string); ok && name != "" && len(name) < 512 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// prefix names the first n steps of a path.
func (r resource) prefix(n int) string {
	return r.host + "/" + strings.Join(r.steps[:n], "/")
}
