package transport_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// The real recordings hold GUIDs and addresses. They are read here by patterns of this
// test's own, and not by what package match knows of them.
var (
	guids     = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	sids      = regexp.MustCompile(`S-1-12-1-(\d+)-(\d+)-(\d+)-(\d+)`)
	addresses = regexp.MustCompile(`(?:%24|\$)?[A-Za-z0-9._%#-]*[A-Za-z0-9](?:@|%40)[A-Za-z0-9-]+\.[A-Za-z0-9.-]*[A-Za-z]`)
)

// A renaming is one to one, at random, and made as values are met.
type renaming struct {
	rng  *rand.Rand
	live map[string]string // by the recorded value in lower case
	only map[string]bool   // what is renamed, in lower case; nil for everything
}

func (r *renaming) text(text string) string {
	text = addresses.ReplaceAllStringFunc(text, func(s string) string {
		plain := strings.NewReplacer("%40", "@", "%24", "$", "%23", "#").Replace(s)
		if strings.Contains(plain, "@odata.") {
			return s
		}
		renamed := r.value(plain, func() string {
			return fmt.Sprintf("%s.%x@fabrikam%d.onmicrosoft.com", strings.Repeat("x", 1+r.rng.IntN(20)), r.rng.Uint64(), r.rng.IntN(3))
		})
		if renamed != plain && strings.Contains(s, "%40") {
			return strings.ReplaceAll(renamed, "@", "%40")
		} else if renamed != plain {
			return renamed
		}
		return s
	})
	text = sids.ReplaceAllStringFunc(text, r.sid)
	return guids.ReplaceAllStringFunc(text, func(s string) string {
		if identity.IsWellKnown(s) {
			return s
		}
		return r.value(s, func() string {
			return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", r.rng.Uint32(), r.rng.IntN(1<<16), r.rng.IntN(1<<12), r.rng.IntN(1<<12), r.rng.Uint64()>>16)
		})
	})
}

// sid renames a security identifier with the object whose id it holds, if that is renamed.
func (r *renaming) sid(s string) string {
	var b []byte
	for _, digits := range sids.FindStringSubmatch(s)[1:] {
		n, _ := strconv.ParseUint(digits, 10, 32)
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	little := binary.LittleEndian
	guid := fmt.Sprintf("%08x-%04x-%04x-%x-%x", little.Uint32(b), little.Uint16(b[4:]), little.Uint16(b[6:]), b[8:10], b[10:])
	live := r.live[guid]
	if live == "" || r.only != nil && !r.only[guid] {
		return s
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(live, "-", ""))
	if err != nil {
		return s
	}
	for _, field := range [][]byte{raw[:4], raw[4:6], raw[6:8]} { // written big-endian, stored little-endian
		slices.Reverse(field)
	}
	return fmt.Sprintf("S-1-12-1-%d-%d-%d-%d", little.Uint32(raw), little.Uint32(raw[4:]), little.Uint32(raw[8:]), little.Uint32(raw[12:]))
}

func (r *renaming) value(recorded string, fresh func() string) string {
	folded := strings.ToLower(recorded)
	if r.only != nil && !r.only[folded] {
		return recorded
	}
	if r.live[folded] == "" {
		r.live[folded] = fresh()
	}
	return r.live[folded]
}

// valuesIn lists what a renaming would rename.
func valuesIn(text string) map[string]bool {
	r := &renaming{rng: rand.New(rand.NewPCG(0, 0)), live: map[string]string{}}
	r.text(text)
	values := map[string]bool{}
	for value := range r.live {
		values[value] = true
	}
	return values
}

func requestText(r *cassette.Request) string { return r.URL + "\n" + r.Body }

// TestCorpusRenamed takes the ids of the real recordings for pseudonyms and replays them
// with the requests of another tenant. Every answer must come back with that tenant's
// ids. A client may have all values bound by hand; or send other values for those that
// it brought along, and those of the answers for the others, as clients do; or send
// other values even for those, which no client can know. Where a request is undecided,
// its values are bound by hand, as its miss asks for.
func TestCorpusRenamed(t *testing.T) {
	for _, client := range []string{"binds all", "brings its inputs", "knows everything"} {
		t.Run(client, func(t *testing.T) {
			total := tally{}
			for _, tape := range recordings(t) {
				tape.Meta.Redacted = []string{"identity.guid", "identity.address"}
				for seed := range uint64(3) {
					newConversation(t, tape, client, seed).replay(&total)
				}
			}
			t.Logf("%d of %d answers came back renamed, %d requests were undecided at first", total.renamed, total.all, total.undecided)
			if total.renamed != total.all || client == "binds all" && total.undecided > 0 {
				t.Errorf("%+v", total)
			}
		})
	}
}

type tally struct{ renamed, all, undecided int }

// A conversation is a recording that another tenant's client replays.
type conversation struct {
	*testing.T
	tape       *cassette.Cassette
	session    *match.Session
	replayer   *transport.Replayer
	live, held *renaming // of requests, and of answers: what some request has held by now
}

func newConversation(t *testing.T, tape *cassette.Cassette, client string, seed uint64) *conversation {
	t.Helper()
	index, err := match.NewIndex(match.Rules{}, tape)
	if err != nil {
		t.Fatal(err)
	}
	session := index.NewSession()
	c := &conversation{T: t, tape: tape, session: session, replayer: transport.NewReplayer(session, transport.Options{})}
	c.live = &renaming{rng: rand.New(rand.NewPCG(seed, 3)), live: map[string]string{}}
	c.held = &renaming{rng: c.live.rng, live: c.live.live, only: map[string]bool{}}
	answered := map[string]bool{}
	if client == "brings its inputs" {
		c.live.only = map[string]bool{}
	}
	for _, i := range tape.Interactions {
		for value := range valuesIn(requestText(&i.Request)) {
			if c.live.only != nil && !answered[value] {
				c.live.only[value] = true
			}
		}
		c.live.text(requestText(&i.Request))
		if client == "binds all" {
			c.live.text(i.Response.Body)
		}
		maps.Copy(answered, valuesIn(i.Response.Body))
	}
	if client == "binds all" {
		for value := range c.live.live {
			c.bind(value)
		}
	}
	return c
}

func (c *conversation) bind(recorded string) {
	c.Helper()
	if live := c.live.live[recorded]; live != "" {
		c.held.only[recorded] = true
		if err := c.session.Bind(recorded, live); err != nil {
			c.Fatal(err)
		}
	}
}

func (c *conversation) replay(total *tally) {
	c.Helper()
	for _, i := range c.tape.Interactions {
		total.all++
		values := valuesIn(requestText(&i.Request))
		r := i.Request
		r.URL, r.Body = c.live.text(r.URL), c.live.text(r.Body)
		response, err := send(c.T, c.replayer, r)
		if err != nil && strings.Contains(err.Error(), "nothing tells which is meant") {
			total.undecided++
			for value := range values {
				c.bind(value)
			}
			response, err = send(c.T, c.replayer, r)
		}
		if err != nil {
			c.Errorf("%s, interaction %d: %v", c.tape.Name, i.ID, err)
			continue
		}
		for value := range values {
			if c.live.live[value] != "" {
				c.held.only[value] = true
			}
		}
		if checkRenamed(c.T, response, i, c.held) {
			total.renamed++
		}
	}
}

func checkRenamed(t *testing.T, response *http.Response, i *cassette.Interaction, held *renaming) bool {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	want := held.text(i.Response.Body)
	if string(body) == want && response.ContentLength == int64(len(body)) {
		return true
	}
	for n := range min(len(body), len(want)) {
		if body[n] != want[n] {
			from := max(0, n-60)
			t.Errorf("interaction %d, %s %s: at byte %d\ngot  %.160s\nwant %.160s", i.ID, i.Request.Method, i.Request.URL, n, body[from:], want[from:])
			return false
		}
	}
	t.Errorf("interaction %d: %d bytes, want %d", i.ID, len(body), len(want))
	return false
}
