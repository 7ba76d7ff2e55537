package laws

import (
	"context"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// Tally is what became of the requests of a replay.
type Tally struct {
	Own, Wrong, Missed int
	Notes              []string // of what was wrong or missed, as far as there are few
}

// Add adds another tally.
func (t *Tally) Add(o Tally) {
	t.Own, t.Wrong, t.Missed = t.Own+o.Own, t.Wrong+o.Wrong, t.Missed+o.Missed
	t.Notes = append(t.Notes, o.Notes...)
}

// Total is how many requests were sent.
func (t Tally) Total() int { return t.Own + t.Wrong + t.Missed }

// Order is the order in which a client sends requests.
type Order int

// The orders.
const (
	InOrder  Order = iota // as they were recorded
	Shuffled              // reads between two writes in any order
	AtOnce                // reads between two writes all at once
)

// A Client replays a recording.
type Client struct {
	Recorded  []*cassette.Interaction // before redaction, in recorded order
	Stretches [][]int                 // positions whose order says nothing; nil for reads between two writes
	Transport http.RoundTripper
	Seed      uint64
	// Before is asked before each request is sent: the recorded one, as it is sent now, and
	// the values that the replay gave so far, by the recorded ones. It may send others.
	Before func(recorded *cassette.Interaction, now *cassette.Request, given map[string]string)
	// Reorder puts the parts of a batch in another order, by other ids, and says how its answer
	// is read: as one to what was recorded. Nil sends what was recorded.
	Reorder func(body string) (sent string, back func(recorded, answer string) (string, error))
	Again   func(text string) string // what the client sends on this run in place of a value of its own; nil for the same
	// Place tells which recorded interaction one of the cassette is: its position, or -1
	// where it is another recording's.
	Place func(stored *cassette.Interaction) int

	keys []match.Key
	mu   sync.Mutex
	now  map[string]string // what the replay gave in place of a recorded value
}

// Replay sends every recorded request and counts what comes back.
func (c *Client) Replay(ctx context.Context, order Order) (Tally, error) {
	c.now = map[string]string{}
	index, err := match.NewIndex(match.Rules{})
	if err != nil {
		return Tally{}, err
	}
	c.keys = nil
	for _, i := range c.Recorded {
		req, err := requestOf(ctx, &i.Request)
		if err != nil {
			return Tally{}, err
		}
		c.keys = append(c.keys, index.KeyOf(req, []byte(i.Request.Body)))
	}
	var total Tally
	random := rand.New(rand.NewPCG(c.Seed, 10))
	stretches := c.Stretches
	if stretches == nil {
		stretches = c.betweenWrites()
	}
	for _, stretch := range stretches {
		stretch = slices.Clone(stretch)
		if order != InOrder {
			random.Shuffle(len(stretch), func(i, j int) { stretch[i], stretch[j] = stretch[j], stretch[i] })
		}
		if order != AtOnce {
			for _, n := range stretch {
				total.Add(c.send(ctx, n))
			}
			continue
		}
		tallies := make([]Tally, len(stretch))
		var all sync.WaitGroup
		for i, n := range stretch {
			all.Go(func() { tallies[i] = c.send(ctx, n) })
		}
		all.Wait()
		for _, t := range tallies {
			total.Add(t)
		}
	}
	return total, nil
}

// betweenWrites are the positions of requests between which no write stands; a write is a
// stretch of its own.
func (c *Client) betweenWrites() [][]int {
	var all [][]int
	var reads []int
	for n, i := range c.Recorded {
		if isRead(&i.Request) {
			reads = append(reads, n)
			continue
		}
		if len(reads) > 0 {
			all = append(all, reads)
		}
		all, reads = append(all, []int{n}), nil
	}
	if len(reads) > 0 {
		all = append(all, reads)
	}
	return all
}

func isRead(r *cassette.Request) bool {
	return r.Method == "" || r.Method == "GET" || r.Method == "HEAD"
}

// send sends one request.
func (c *Client) send(ctx context.Context, n int) Tally {
	recorded := c.Recorded[n]
	current := c.current(&recorded.Request)
	sent, back := *current, func(_, answer string) (string, error) { return answer, nil }
	if c.Reorder != nil && sent.Body != "" {
		sent.Body, back = c.Reorder(sent.Body)
	}
	if c.Before != nil {
		c.mu.Lock()
		given := maps.Clone(c.now)
		c.mu.Unlock()
		c.Before(recorded, &sent, given)
	}
	req, err := requestOf(ctx, &sent)
	if err != nil {
		return Tally{Missed: 1, Notes: []string{err.Error()}}
	}
	var trace match.Trace
	ctx = match.WithPrincipal(match.WithTrace(ctx, &trace), recorded.Principal)
	resp, err := c.Transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return Tally{Missed: 1, Notes: []string{recorded.Request.Method + " " + recorded.Request.URL + ", sent as " + req.URL.String() + ": " + firstLines(err.Error())}}
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return Tally{Missed: 1, Notes: []string{err.Error()}}
	}
	from := c.Place(trace.Answer.Interaction)
	if from < 0 || c.keys[from] != c.keys[n] {
		return Tally{Wrong: 1, Notes: []string{recorded.Request.Method + " " + recorded.Request.URL + " " + recorded.Request.Body + " got the answer to " + trace.Answer.Interaction.Request.URL + " " + trace.Answer.Interaction.Request.Body}}
	}
	text, err := back(c.Recorded[from].Response.Body, string(body))
	if err != nil {
		return Tally{Wrong: 1, Notes: []string{recorded.Request.URL + " " + sent.Body + " got " + string(body) + ": " + err.Error()}}
	}
	if lost := lostValue(c.Recorded[from], trace.Answer.Interaction, current, resp.Header, text); lost != "" {
		return Tally{Wrong: 1, Notes: []string{recorded.Request.Method + " " + recorded.Request.URL + " " + recorded.Request.Body + " got an answer without its " + lost}}
	}
	c.learn(c.Recorded[from], resp.Header, text)
	return Tally{Own: 1}
}

// current is a recorded request with what the replay gave in place of its values.
func (c *Client) current(r *cassette.Request) *cassette.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := place.Message{Method: r.Method, Address: r.URL, Header: r.Headers, Body: r.Body}
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if !isValue(l) {
			return "", false
		}
		if given, ok := c.now[l.Text]; ok {
			return given, true
		}
		if c.Again == nil {
			return "", false
		}
		return c.Again(l.Text), true
	})
	sent := *r
	sent.URL, sent.Headers, sent.Body = m.Address, m.Header, m.Body
	return &sent
}

// learn notes which values an answer gave in place of the recorded ones.
func (c *Client) learn(recorded *cassette.Interaction, h http.Header, body string) {
	was := leavesOf(recorded, recorded.Response.Headers, recorded.Response.Body)
	is := leavesOf(recorded, h, body)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, at := range slices.Sorted(maps.Keys(was)) { // of one value at two places the later counts
		text := was[at]
		if given, ok := is[at]; ok && given != text {
			c.now[text] = given
		} else if ok {
			delete(c.now, text)
		}
	}
}

// lostValue is a value that was sent and that the answer has not where the recorded one has
// what was sent then; "" for none. What the cassette has in the request, too, stands for nothing.
func lostValue(recorded, stored *cassette.Interaction, sent *cassette.Request, h http.Header, body string) string {
	was, is := leavesOf(recorded, recorded.Response.Headers, recorded.Response.Body), leavesOf(recorded, h, body)
	then, now, kept := valuesOf(&recorded.Request), valuesOf(sent), valuesOf(&stored.Request)
	for at, value := range then {
		if len(value) < 4 || now[at] == "" || kept[at] == value || kept[at] == now[at] {
			continue
		}
		for place, text := range was {
			if text == value && is[place] != "" && !strings.EqualFold(is[place], now[at]) && !isConstant(is[place]) {
				return now[at]
			}
		}
	}
	return ""
}

// isConstant reports whether a text stands for a credential, which is not put back.
func isConstant(s string) bool {
	return strings.Contains(s, "REDACTED") || strings.HasPrefix(s, "eyJhbGciOiJub25lIn0.eyJyZWRhY3RlZCI6dHJ1ZX0")
}

func valuesOf(r *cassette.Request) map[string]string {
	values := map[string]string{}
	m := place.Message{Method: r.Method, Address: r.URL, Header: r.Headers, Body: r.Body}
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if isValue(l) && l.Role != place.Header {
			values[l.Place()] = l.Text
		}
		return "", false
	})
	return values
}

// leavesOf lists the texts of an answer by their places.
func leavesOf(of *cassette.Interaction, h http.Header, body string) map[string]string {
	leaves := map[string]string{}
	m := place.Message{Method: of.Request.Method, Address: of.Request.URL, Answer: true, Status: of.Response.Code, Header: h, Body: body}
	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
		if isValue(l) && len(l.Text) > 3 {
			leaves[l.Place()] = l.Text
		}
		return "", false
	})
	return leaves
}

// isValue reports whether a text is a value that a client may send: no name of a member or
// option.
func isValue(l *place.Leaf) bool {
	switch l.Role {
	case place.MemberName, place.Bytes, place.OptionName, place.Identifier:
		return false
	}
	return !l.Layered
}

func requestOf(ctx context.Context, r *cassette.Request) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	if r.Headers != nil {
		req.Header = r.Headers.Clone()
	}
	return req, nil
}

// firstLines cuts an error that has many lines.
func firstLines(s string) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[:min(len(lines), 8)], "\n")
}
