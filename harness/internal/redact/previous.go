package redact

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/edit"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/place"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
)

// previous knows what an earlier recording held, place by place. From it a value that is
// new, and that the service made, gets what the earlier recording has in its place: ids,
// tokens, and instants after the recording's start. So two recordings of a service that makes
// fresh ones are equal.
type previous struct {
	places map[likeness][]*earlierInteraction // of the earlier recording, in order
	ids    map[string]bool                    // that it has, by Atom.Key; tokens as they are
	since  time.Time                          // no instant before is one that the service made for it

	mu    sync.Mutex        // of what follows, of places, and of what is met
	fresh map[string]string // by Atom.Key, or token: ids that are new, and what they are called
	used  map[string]bool   // what fresh ids are called
	start time.Time         // of this recording, by the service's clock; zero before any answer
	dates map[string]string // instants that answers gave, and what they are called
}

// A likeness is what interactions have in common: the template or the text of their requests,
// and their answers' status, 0 where it may be any.
type likeness struct {
	text string
	code int
}

// An earlier interaction is the one that stands where another is recorded now.
type earlierInteraction struct {
	of       *cassette.Interaction
	position int
	met      bool // an interaction stands in its place
}

func newPrevious(c *cassette.Cassette, l *ledger) *previous {
	v := &previous{
		places: map[likeness][]*earlierInteraction{}, ids: map[string]bool{}, since: c.Meta.RecordedAt.Add(-24 * time.Hour),
		fresh: map[string]string{}, used: map[string]bool{}, dates: map[string]string{},
	}
	note := func(leaf *place.Leaf) {
		if l.faker.IsName(leaf.Text) {
			l.used[leaf.Text] = false
			local, _, _ := strings.Cut(leaf.Text, "@")
			l.used[local] = false
		}
		if leaf.Role == place.Token || isCounter(leaf) {
			v.ids[leaf.Text] = true
		}
		for _, a := range identity.Atoms(leaf.Text) {
			v.ids[a.Key()] = true
		}
	}
	l.remember(c.Meta.Tags)
	for n, i := range c.Interactions {
		asked, answered := messagesOf(i)
		e := &earlierInteraction{of: i, position: n}
		for _, text := range []string{templateOf(i), requestText(&asked)} {
			for _, code := range []int{i.Response.Code, 0} {
				like := likeness{text, code}
				v.places[like] = append(v.places[like], e)
			}
		}
		eachText(note, &asked, &answered)
	}
	return v
}

// templateOf is what two requests have in common although one may be redacted. Off Graph the
// steps of a path are values.
func templateOf(i *cassette.Interaction) string {
	u, err := graphurl.Parse(i.Request.URL)
	switch {
	case err != nil:
		return i.Request.Method
	case u.Host != graphurl.Graph && u.Host != "":
		template := fmt.Sprint(i.Request.Method, " elsewhere ", len(u.Segments))
		for _, o := range u.Options {
			template += " " + o.Name
		}
		return template + " " + media.First(i.Request.Headers, "Content-Range")
	}
	return i.Request.Method + " " + u.Template()
}

func requestText(m *place.Message) string {
	return m.Method + " " + m.Address + "\n" + media.First(m.Header, "Content-Range") + "\n" + m.Body
}

// like guesses in which place of the earlier recording an interaction stands: the first of
// its template that none stands in yet.
func (v *previous) like(i *cassette.Interaction) *earlierInteraction {
	if v == nil {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.free(templateOf(i), i.Response.Code)
}

// place says in which place an interaction stands once its request is redacted: the first
// free one of the same request, else the guess. Requests that were sent at once so get the
// places that they had.
func (v *previous) place(guess *earlierInteraction, asked *place.Message, answer *cassette.Response) *earlierInteraction {
	if v == nil {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.start.IsZero() {
		if date, err := http.ParseTime(media.First(answer.Headers, "Date")); err == nil {
			v.start = date.Add(-2 * time.Second)
		}
	}
	is := v.free(requestText(asked), answer.Code)
	if is == nil && guess != nil && !guess.met {
		is = guess
	}
	if is != nil {
		is.met = true
	}
	return is
}

// free is the first free one of those with a text, of those with an answer's status where there
// is one. A client that was turned away asks again, and then stands there. Those before it are
// forgotten, so that a recording of many alike requests does not pass over all of them each time.
func (v *previous) free(text string, code int) *earlierInteraction {
	like := likeness{text, code}
	all := v.places[like]
	for len(all) > 0 && all[0].met {
		all = all[1:]
	}
	v.places[like] = all
	switch {
	case len(all) > 0:
		return all[0]
	case code == 0, code == http.StatusTooManyRequests, code >= http.StatusInternalServerError:
		return nil
	}
	return v.free(text, 0)
}

// message is the answer of the earlier interaction, or its request.
func (e *earlierInteraction) message(answer bool, ledger *ledger) *earlierMessage {
	if e == nil {
		return nil
	}
	m, answered := messagesOf(e.of)
	if answer {
		m = answered
	}
	b := &earlierMessage{texts: map[textPlace]string{}, members: map[string][]string{}, renamed: map[string]string{}, used: map[string]bool{}}
	eachText(func(l *place.Leaf) {
		switch {
		case len(l.Text) > longestFollowed:
		case l.Role != place.MemberName:
			b.texts[textPlace{l.Place(), l.Role == place.FileName}] = l.Text
		case ledger.faker.IsName(l.Text):
			object := objectOf(l)
			b.members[object] = append(b.members[object], l.Text)
		}
	}, &m)
	return b
}

// inOrder is the answer to a batch with its parts in the order of the earlier recording: a
// service answers them in any.
func (e *earlierInteraction) inOrder(asked, answer string) string {
	if e == nil || !strings.Contains(answer, `"responses"`) {
		return answer
	}
	sent, sends := partsIn(e.of.Request.Body), partsIn(asked)
	was, now := partsIn(e.of.Response.Body), partsIn(answer)
	if len(sent) != len(sends) || len(was) != len(now) {
		return answer
	}
	rank := map[string]int{} // of the parts that are sent now, in the earlier answer
	for n, part := range sent {
		rank[sends[n].id] = slices.IndexFunc(was, func(p batchPart) bool { return p.id == part.id })
	}
	ordered := slices.Clone(now)
	slices.SortStableFunc(ordered, func(a, b batchPart) int { return cmp.Compare(rank[a.id], rank[b.id]) })
	edits := make([]edit.Edit, len(now))
	for n, part := range now {
		edits[n] = edit.Edit{Start: part.start, End: part.end, Text: answer[ordered[n].start:ordered[n].end]}
	}
	return edit.Apply(answer, edits)
}

// A batchPart is a part of a batch, or its answer: its id, and where it stands.
type batchPart struct {
	id         string
	start, end int
}

// partsIn finds the parts of a batch, or of the answer to one, in their order.
func partsIn(text string) (parts []batchPart) {
	inList := false
	for t, err := range jsondoc.Scan(text) {
		switch {
		case err != nil:
			return nil
		case t.Depth == 1:
			inList = t.Kind == '[' && (t.Name == "requests" || t.Name == "responses")
		case !inList || t.Depth > 3:
		case t.Depth == 2 && !t.Closes():
			parts = append(parts, batchPart{start: t.Start, end: t.Start + len(t.Raw)})
		case t.Depth == 2:
			parts[len(parts)-1].end = t.Start + 1
		case t.Name == "id":
			parts[len(parts)-1].id = t.Raw
		}
	}
	return parts
}

func messagesOf(i *cassette.Interaction) (asked, answered place.Message) {
	req, resp := &i.Request, &i.Response
	return place.Message{Method: req.Method, Address: req.URL, Header: req.Headers, Trailer: req.Trailer, Body: req.Body},
		place.Message{Method: req.Method, Address: req.URL, Answer: true, Status: resp.Code, Header: resp.Headers, Trailer: resp.Trailer, Body: resp.Body}
}

// eachText shows the texts of messages that have no parts.
func eachText(f func(l *place.Leaf), messages ...*place.Message) {
	for _, m := range messages {
		place.Rewrite(m, func(l *place.Leaf) (string, bool) {
			if !l.Layered {
				f(l)
			}
			return "", false
		})
	}
}

// An earlierMessage is a message of the earlier recording, beside the one that is read now.
type earlierMessage struct {
	texts   map[textPlace]string
	members map[string][]string // names of members that are pseudonyms, by the place of their object, without the first ones that are used
	renamed map[string]string   // names of members, which places have, to their pseudonyms
	used    map[string]bool     // those pseudonyms
}

// A textPlace is a place, which in a header the name of a file shares with what else stands there.
type textPlace struct {
	at     string
	ofFile bool
}

// longestFollowed bounds the texts in which ids are followed: each of them is looked for among all.
const longestFollowed = 512

// objectOf is the place of the object that a member's name stands in.
func objectOf(l *place.Leaf) string {
	at := l.Place()
	return at[:max(0, strings.LastIndex(at, "['"))]
}

// at is the text at the place where a leaf stands now. A name of a member that nothing knows
// is there the next of those that are not called anything yet.
func (b *earlierMessage) at(l *place.Leaf) string {
	if b == nil {
		return ""
	}
	if l.Role == place.MemberName {
		object := objectOf(l)
		for names := b.members[object]; len(names) > 0; names = names[1:] {
			if b.members[object] = names; !b.used[names[0]] {
				return names[0]
			}
		}
		return ""
	}
	return b.texts[textPlace{l.PlaceAs(b.called), l.Role == place.FileName}]
}

// called is what a member on the way to a place was called.
func (b *earlierMessage) called(name string) string {
	own := odata.OwnName(name)
	if is, ok := b.renamed[own]; ok {
		return is + name[len(own):]
	}
	return name
}
