package draft

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graph/async"
	"github.com/graphvcr/graphvcr/harness/internal/graph/odata"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
)

// A move is what becomes one step: one interaction, the answers of a poll, or the
// pages of a list.
type move struct {
	kind         kind
	interactions []*cassette.Interaction
}

type kind int

const (
	single kind = iota
	poll
	pages
)

func (m *move) first() *cassette.Interaction { return m.interactions[0] }
func (m *move) last() *cassette.Interaction  { return m.interactions[len(m.interactions)-1] }

// group cuts a recording into moves, or apart, into its interactions.
func group(all []*cassette.Interaction, apart bool) []move {
	var moves []move
	var same sameReads
	for at := 0; at < len(all); {
		m := move{interactions: all[at : at+1]}
		if !apart {
			if at >= same.end {
				same = readsFrom(all, at)
			}
			if n := pageCount(all[at:]); n > 1 {
				m = move{pages, all[at : at+n]}
			} else if n := same.pollCount(at); n > 1 {
				m = move{poll, all[at : at+n]}
			}
		}
		moves = append(moves, m)
		at += len(m.interactions)
	}
	return moves
}

// pageCount counts the interactions that each ask for the nextLink of the one
// before.
func pageCount(all []*cassette.Interaction) int {
	n := 1
	for n < len(all) && all[n].Request.Method == "GET" && all[n-1].Request.Method == "GET" {
		next, _ := object(all[n-1])[odata.NextLink].(string)
		if next == "" || !sameAddress(next, all[n].Request.URL) {
			break
		}
		n++
	}
	return n
}

// sameReads are interactions that one after the other read one address.
type sameReads struct {
	all        []*cassette.Interaction
	end        int
	states     map[int]string
	lastChange int // the last that has a state other than that of the end, -1 for none
}

// readsFrom are the reads that begin with an interaction; itself alone where it reads nothing.
func readsFrom(all []*cassette.Interaction, at int) sameReads {
	r := sameReads{all: all, end: at + 1, states: map[int]string{}, lastChange: -1}
	if all[at].Request.Method != "GET" {
		return r
	}
	for r.end < len(all) && all[r.end].Request.Method == "GET" && sameAddress(all[at].Request.URL, all[r.end].Request.URL) {
		r.end++
	}
	last := stateOf(all[r.end-1])
	for n := at; n < r.end; n++ {
		r.states[n] = stateOf(all[n])
		if r.states[n] != "" && r.states[n] != last {
			r.lastChange = n
		}
	}
	return r
}

// pollCount counts the interactions that ask one operation for its state until it
// stops changing. Two reads of one resource with other things between are no poll.
func (r *sameReads) pollCount(at int) int {
	last := r.states[r.end-1]
	if last == "" || at > r.lastChange && r.all[at].Response.Code == r.all[r.end-1].Response.Code {
		return 1
	}
	n := at
	for r.states[n] != last {
		n++
	}
	return n - at + 1 // the poll ends where its last state is first seen
}

func sameAddress(a, b string) bool {
	if a == b {
		return true
	}
	left, err := graphurl.Parse(a)
	if err != nil {
		return false
	}
	right, err := graphurl.Parse(b)
	return err == nil && left.String() == right.String()
}

// object is the answer's body when it is a JSON object, else nil. A client gets none
// with 204 and 304, whatever a cassette holds.
func object(i *cassette.Interaction) map[string]any {
	if code := i.Response.Code; code == 204 || code == 304 || !strings.HasPrefix(i.Response.Body, "{") {
		return nil
	}
	doc, err := jsondoc.Parse(i.Response.Body)
	if err != nil {
		return nil
	}
	members, _ := doc.(map[string]any)
	return members
}

func stateOf(i *cassette.Interaction) string {
	return async.StateOf(object(i))
}

// pollNode repeats the step until the state that the recording ended in.
func pollNode(m *move) *yaml.Node {
	last := stateOf(m.last())
	node := mapping("until", mapping("status", text(escapeBraces(last))))
	if last != async.Failed {
		add(node, "fail", mapping("status", text(async.Failed)))
	}
	add(node, "every", text("30s"))
	add(node, "timeout", text("10m"))
	var allowed []int
	for _, i := range m.interactions {
		if code := i.Response.Code; code != m.last().Response.Code && !slices.Contains(allowed, code) {
			allowed = append(allowed, code)
		}
	}
	addFilled(node, "allow", list(allowed, integer))
	return node
}
