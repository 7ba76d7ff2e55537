package laws_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/laws"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

var salt = []byte("the salt of tests")

// A sealed recording is one as it was sent, and as its cassette holds it.
type sealedTape struct {
	*tape
	stored *cassette.Cassette
	index  *match.Index
	places map[*cassette.Interaction]int
}

// sealTape records a tape under the default rules, over an earlier cassette of it or none.
func sealTape(t testing.TB, made *tape, earlier *cassette.Cassette) *sealedTape {
	t.Helper()
	redactor, err := redact.New(redact.Rules{}, redact.Options{Salt: salt, Previous: earlier})
	if err != nil {
		t.Fatal(err)
	}
	s := &sealedTape{tape: made, stored: &cassette.Cassette{Name: "law", File: "law.yaml", Salt: salt}, places: map[*cassette.Interaction]int{}}
	var notes [][]byte
	for at, i := range made.recorded {
		redacted, note := redactor.Record(i)
		notes = append(notes, note)
		s.places[redacted] = at
		s.stored.Interactions = append(s.stored.Interactions, redacted)
	}
	if err := redactor.Meta(&s.stored.Meta, notes); err != nil {
		t.Fatal(err)
	}
	if s.index, err = match.NewIndex(match.Rules{}, s.stored); err != nil {
		t.Fatal(err)
	}
	return s
}

// play replays a sealed tape.
func (s *sealedTape) play(t testing.TB, order laws.Order, seed uint64, again func(string) string) laws.Tally {
	t.Helper()
	return s.playWith(t, &laws.Client{Seed: seed, Again: again}, order)
}

// playWith replays it to a client, in a session of its own unless the client has one.
func (s *sealedTape) playWith(t testing.TB, client *laws.Client, order laws.Order) laws.Tally {
	t.Helper()
	if client.Transport == nil {
		client.Transport = transport.NewReplayer(s.index.NewSession(), transport.Options{})
	}
	client.Recorded, client.Stretches = s.recorded, s.stretches
	client.Place = func(i *cassette.Interaction) int {
		if at, ok := s.places[i]; ok {
			return at
		}
		return -1
	}
	tally, err := client.Replay(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

// drawn draws what a client invents anew: the same for the same value.
func (s *sealedTape) drawn(seed uint64) func(string) string {
	random, now := rand.New(rand.NewPCG(seed, 3)), map[string]string{}
	return func(text string) string {
		if !s.invented[text] {
			return text
		}
		if now[text] == "" {
			now[text] = fmt.Sprintf("run-%08x", random.Uint32())
			if len(text) == 20 && text[10] == 'T' && text[19] == 'Z' {
				now[text] = time.Unix(1_700_000_000+random.Int64N(1e8), 0).UTC().Format(time.RFC3339)
			}
			if len(text) == 36 && strings.Count(text, "-") == 4 && !strings.Contains(text, " ") {
				now[text] = guidOf(random)
			}
		}
		return now[text]
	}
}

// sizeOf draws the size of a recording: most are small, some have 300 groups, or 10,000
// requests.
func sizeOf(seed uint64) (groups, most int) {
	r := rand.New(rand.NewPCG(seed, 2))
	switch n := r.IntN(1000); {
	case n == 0:
		return 300, 30
	case n == 1:
		return 20, 500
	case n < 50:
		return 1 + r.IntN(12), 2 + int(math.Pow(2, 6*r.Float64()))
	}
	return 1 + r.IntN(3), 2 + r.IntN(4)
}

// ownAnswers holds law 10 for one recording.
func ownAnswers(t testing.TB, seed uint64, groups, most int, sums map[string]laws.Tally) {
	t.Helper()
	sealed := sealTape(t, generate(seed, 4, groups, most), nil)
	count := func(how string, tally laws.Tally) {
		t.Helper()
		if tally.Wrong > 0 || tally.Missed > 0 {
			t.Errorf("seed %d, %d groups of %d, %s: of %d requests %d wrong, %d missed\n%s", seed, groups, most, how, tally.Total(), tally.Wrong, tally.Missed, strings.Join(tally.Notes[:min(1, len(tally.Notes))], "\n"))
		}
		tally.Notes = nil
		tally.Add(sums[how])
		sums[how] = tally
	}
	count("in order", sealed.play(t, laws.InOrder, seed, nil))
	count("shuffled", sealed.play(t, laws.Shuffled, seed, nil))
	count("at once", sealed.play(t, laws.AtOnce, seed, nil))
	count("inventing", sealed.play(t, laws.InOrder, seed, sealed.drawn(seed)))
	for name, order := range map[string]laws.Order{"in order": laws.InOrder, "at once": laws.AtOnce} {
		count("other batches "+name, sealed.playWith(t, &laws.Client{Reorder: otherBatches(seed), Seed: seed}, order))
	}
	if len(sealed.recorded) < 300 {
		count("killed", killed(t, sealed, seed))
	}
	again := sealTape(t, generate(seed, 5, groups, most), sealed.stored)
	count("recorded again", again.play(t, laws.Shuffled, seed, nil))
	strangers(t, sealed, seed)
	if seed%2 == 0 && len(sealed.recorded) < 1000 {
		for name, order := range map[string]laws.Order{"two in order": laws.InOrder, "two shuffled": laws.Shuffled, "two at once": laws.AtOnce} {
			count(name, playTogether(t, sealed, sealTape(t, generate(seed^1<<40, 4, groups, most), nil), order, seed))
		}
	}
}

// playTogether replays two cassettes in one session, one after the other.
func playTogether(t testing.TB, one, two *sealedTape, order laws.Order, seed uint64) laws.Tally {
	t.Helper()
	replay := transport.NewReplayer(match.NewTogether(one.index.NewSession(), two.index.NewSession()), transport.Options{})
	var sum laws.Tally
	for _, s := range []*sealedTape{one, two} {
		sum.Add(s.playWith(t, &laws.Client{Transport: replay, Seed: seed}, order))
	}
	return sum
}

var guids = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// strangers replays a recording in order and puts, before each request, a random id in place
// of one in its address, and of one in its body that the replay gave out: none is answered. It
// returns how many were asked.
func strangers(t testing.TB, s *sealedTape, seed uint64) (asked int) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 6))
	replay := transport.NewReplayer(s.index.NewSession(), transport.Options{})
	ask := func(principal string, sent *cassette.Request, what string) {
		asked++
		req, err := http.NewRequestWithContext(match.WithPrincipal(t.Context(), principal), sent.Method, sent.URL, strings.NewReader(sent.Body))
		if err != nil {
			t.Fatal(err)
		}
		if sent.Headers != nil {
			req.Header = sent.Headers.Clone()
		}
		if resp, err := replay.RoundTrip(req); err == nil {
			resp.Body.Close()
			t.Errorf("seed %d: %s %s %s was answered %d, with a random id %s", seed, sent.Method, sent.URL, sent.Body, resp.StatusCode, what)
		}
	}
	client := &laws.Client{Transport: replay, Seed: seed, Before: func(of *cassette.Interaction, now *cassette.Request, given map[string]string) {
		if asked > 400 {
			return
		}
		if ids := guids.FindAllString(now.URL, -1); len(ids) > 0 {
			sent := *now
			sent.URL = strings.ReplaceAll(now.URL, ids[random.IntN(len(ids))], guidOf(random))
			ask(of.Principal, &sent, "in its address")
		}
		was := map[string]bool{}
		for _, is := range given {
			was[is] = true
		}
		for _, id := range guids.FindAllString(now.Body, -1) {
			if was[id] {
				sent := *now
				sent.Body = strings.ReplaceAll(now.Body, id, guidOf(random))
				ask(of.Principal, &sent, "for one that was given out")
				break
			}
		}
	}}
	if tally := s.playWith(t, client, laws.InOrder); tally.Wrong+tally.Missed > 0 {
		t.Errorf("seed %d, after strangers: %d wrong, %d missed\n%s", seed, tally.Wrong, tally.Missed, strings.Join(tally.Notes[:min(1, len(tally.Notes))], "\n"))
	}
	return asked
}

// size is how much is drawn: all with GRAPHVCR_FULL=1, which takes minutes without the race
// detector and hours with it.
func size(full, quick int) int {
	if os.Getenv("GRAPHVCR_FULL") != "" {
		return full
	}
	return quick
}

// TestOwnAnswers holds law 10 over generated recordings, in pieces of a thousand.
func TestOwnAnswers(t *testing.T) {
	const piece = 1000
	sums, kinds := map[string]laws.Tally{}, map[string]int{}
	count := uint64(size(10*piece, 120))
	for from := uint64(0); from < count; from += piece {
		t.Run(fmt.Sprintf("from %d", from), func(t *testing.T) {
			for seed := from; seed < min(from+piece, count) && (testkit.Slow() || !t.Failed()); seed++ {
				groups, most := sizeOf(seed)
				for kind, n := range generate(seed, 4, groups, most).kinds {
					kinds[kind] += n
				}
				ownAnswers(t, seed, groups, most, sums)
			}
		})
	}
	var all laws.Tally
	for _, how := range slices.Sorted(maps.Keys(sums)) {
		sum := sums[how]
		t.Logf("%-23s %8d requests: own %d, wrong %d, missed %d", how, sum.Total(), sum.Own, sum.Wrong, sum.Missed)
		all.Add(sum)
	}
	t.Logf("%-23s %8d requests: own %d, wrong %d, missed %d", "all", all.Total(), all.Own, all.Wrong, all.Missed)
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		t.Logf("%6d of %s", kinds[kind], kind)
	}
	if (len(kinds) != 6 || len(sums) != 11) && !t.Failed() {
		t.Errorf("%d kinds of what is hard, played in %d ways; want 6, and 11", len(kinds), len(sums))
	}
}

// TestAtOnceAgainAndAgain replays the same recordings at once in one session after another:
// which request comes first must not matter, whatever it is.
func TestAtOnceAgainAndAgain(t *testing.T) {
	var sum laws.Tally
	for seed := range uint64(10) {
		sealed := sealTape(t, generate(seed, 4, 3, 12), nil)
		for run := range uint64(size(300, 12)) {
			sum.Add(sealed.play(t, laws.AtOnce, run, nil))
		}
	}
	t.Logf("%d requests: own %d, wrong %d, missed %d", sum.Total(), sum.Own, sum.Wrong, sum.Missed)
	if sum.Wrong+sum.Missed > 0 {
		t.Error(strings.Join(sum.Notes[:min(3, len(sum.Notes))], "\n"))
	}
}

// FuzzOwnAnswers looks for a recording that breaks law 10.
func FuzzOwnAnswers(f *testing.F) {
	for _, seed := range []uint64{0, 1, 7, 42, 1 << 33} {
		f.Add(seed, uint8(3), uint8(4))
	}
	f.Add(uint64(5), uint8(19), uint8(3))
	f.Add(uint64(6), uint8(2), uint8(29))
	f.Add(uint64(310), uint8(2), uint8(3))  // a file called null
	f.Add(uint64(3563), uint8(2), uint8(2)) // a tag called null
	f.Fuzz(func(t *testing.T, seed uint64, groups, most uint8) {
		ownAnswers(t, seed, 1+int(groups)%20, 2+int(most)%30, map[string]laws.Tally{})
	})
}
