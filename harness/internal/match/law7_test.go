package match

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// orderLines are requests that are related to one another in all ways.
var orderLines = []string{
	"GET /groups", "GET /groups?$top=1", "GET /groups/1", "GET /groups/2", "GET /groups/1/members", "GET /users/1",
	`POST /groups {"n":1}`, `PATCH /groups/1 {"n":2}`, "DELETE /groups/1", "DELETE /groups/2",
	`POST /groups/1/members/$ref {"id":3}`, `POST /groups/1/archive {}`, `POST /groups/1/getMemberGroups {}`,
}

func randomRecording(t *testing.T, rng *rand.Rand) (recording *cassette.Cassette, lines []string) {
	t.Helper()
	var text strings.Builder
	for n := range 1 + rng.IntN(30) {
		line := orderLines[rng.IntN(len(orderLines))]
		lines = append(lines, line)
		switch {
		case line == orderLines[6]:
			fmt.Fprintf(&text, "%s => 201 {\"id\":\"%d\",\"n\":%d}\n", line, 1+rng.IntN(3), n)
		case rng.IntN(8) == 0:
			fmt.Fprintf(&text, "%s => 404 error %d\n", line, n)
		default:
			fmt.Fprintf(&text, "%s => 200 answer %d\n", line, n)
		}
	}
	return parseRecording(t, text.String()), lines
}

// An oracle is the order of answers as the design states it, without any thought
// of speed.
type oracle struct {
	x         *Index
	recording *cassette.Cassette
	requests  []request
	used      []bool
	last      map[Key]int
	repeats   map[Key]int
}

func newOracle(t *testing.T, recording *cassette.Cassette) *oracle {
	t.Helper()
	o := &oracle{x: newIndex(t, Rules{}), recording: recording, used: make([]bool, len(recording.Interactions)), last: map[Key]int{}, repeats: map[Key]int{}}
	for _, i := range recording.Interactions {
		r, err := o.x.recorded(i)
		if err != nil {
			t.Fatal(err)
		}
		o.requests = append(o.requests, r)
	}
	return o
}

// related reports whether write w may change the answer of read r.
func (o *oracle) related(w, r int) bool {
	if o.requests[w].read() || o.recording.Interactions[w].Response.Code/100 == 4 {
		return false
	}
	write, read := o.requests[w].resources(false)[0].steps, o.requests[r].resources(true)[0].steps
	switch {
	case len(write) >= len(read):
		return slices.Equal(write[:len(read)], read)
	case !slices.Equal(write, read[:len(write)]):
		return false
	case o.recording.Interactions[w].Response.Code == 201:
		return strings.Contains(o.recording.Interactions[w].Response.Body, `"id":"`+read[len(write)]+`"`)
	}
	return true
}

// blocked reports whether an answer waits for a related write, retired whether one
// overtook it.
func (o *oracle) blocked(a int) bool {
	for w := range a {
		if o.related(w, a) && !o.used[w] {
			return true
		}
	}
	return false
}

func (o *oracle) retired(a int) bool {
	for w := a + 1; w < len(o.requests); w++ {
		if o.related(w, a) && o.used[w] {
			return true
		}
	}
	return false
}

func (o *oracle) next(key Key) (answer int, found bool) {
	var answers []int
	for i, r := range o.requests {
		if r.key == key {
			answers = append(answers, i)
		}
	}
	if len(answers) == 0 {
		return 0, false
	}
	unread := slices.DeleteFunc(slices.Clone(answers), func(a int) bool { return o.used[a] })
	if !o.requests[answers[0]].read() {
		if len(unread) == 0 {
			return 0, false
		}
		return o.serve(key, unread[0]), true
	}
	unread = slices.DeleteFunc(unread, o.retired)
	for _, a := range unread {
		if !o.blocked(a) {
			return o.serve(key, a), true
		}
	}
	last, served := o.last[key]
	if served && !o.retired(last) && o.repeats[key] < repeatsAny {
		return o.serve(key, last), true
	}
	if len(unread) > 0 {
		return o.serve(key, unread[0]), true
	}
	return o.serve(key, answers[len(answers)-1]), true
}

func (o *oracle) serve(key Key, a int) int {
	if o.used[a] {
		o.repeats[key]++
	} else {
		o.repeats[key] = 0
	}
	o.used[a], o.last[key] = true, a
	return a
}

// FuzzOrder is law 7, one request at a time: the answers are those of the oracle,
// and the same in every session.
func FuzzOrder(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 7))
		recording, lines := randomRecording(t, rng)
		x, o := newIndex(t, Rules{}, recording), newOracle(t, recording)
		one, two := x.NewSession(), x.NewSession()
		for range 60 {
			line := lines[rng.IntN(len(lines))]
			req, body := parseMessage(t, line).request(t)
			key := x.KeyOf(req, body)
			want, found := o.next(key)
			got, err := one.Next(req, body)
			again, errAgain := two.Next(req, body)
			if found != (err == nil) || found && got.Interaction.ID != want {
				t.Fatalf("%s: got %v, %v; want interaction %d, %v", line, got.Interaction, err, want, found)
			}
			if (errAgain == nil) != found || again.Interaction != got.Interaction || again.Note != got.Note {
				t.Fatalf("%s: two sessions disagree: %v and %v", line, got, again)
			}
		}
	})
}

// FuzzRecordedOrder replays a recording in its own order: each request gets the answer
// that it got then, nothing is noted and nothing is left.
func FuzzRecordedOrder(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		recording, lines := randomRecording(t, rand.New(rand.NewPCG(seed, 8)))
		for _, order := range []Order{OrderPrefer, OrderStrict, OrderKey} {
			session := newIndex(t, Rules{Order: order}, recording).NewSession()
			for i, line := range lines {
				req, body := parseMessage(t, line).request(t)
				got, err := session.Next(req, body)
				if err != nil || got.Interaction != recording.Interactions[i] || got.Note != "" {
					t.Fatalf("order %s: %s: got %v, %v; want interaction %d", order, line, got, err, i)
				}
			}
			if left := session.Unused(); len(left) > 0 {
				t.Fatalf("order %s: unused: %v", order, left)
			}
		}
	})
}

// TestConcurrentRequests is law 7 for requests that nothing orders: the same
// multiset of answers as one after the other.
func TestConcurrentRequests(t *testing.T) {
	var text strings.Builder
	for n := range 40 {
		fmt.Fprintf(&text, "GET /me => 200 me %d\nPOST /groups {} => 201 group %d\n", n, n)
	}
	x := newIndex(t, Rules{}, parseRecording(t, text.String()))
	for range 20 {
		session := x.NewSession()
		var mu sync.Mutex
		got := map[string]int{}
		var wait sync.WaitGroup
		for range 64 {
			wait.Go(func() {
				me, write := ask(t, session, "GET /me"), ask(t, session, "POST /groups {}")
				mu.Lock()
				defer mu.Unlock()
				got[me]++
				got[write]++
			})
		}
		wait.Wait()
		for n := range 40 {
			me, group := got[fmt.Sprintf("me %d", n)], got[fmt.Sprintf("group %d", n)]
			if group != 1 || n < 39 && me != 1 || n == 39 && me != 25 {
				t.Fatalf("answer %d: %d times to GET, %d times to POST", n, me, group)
			}
		}
	}
}
