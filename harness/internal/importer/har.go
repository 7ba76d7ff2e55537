package importer

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/report"
)

var har = Format{
	Kind: HAR, Tool: "an HTTP archive", Ends: []string{".har"},
	Short: "Import HTTP archives (HAR) of browsers, Fiddler, Charles, Polly.js",
	About: `Turns HTTP archives (HAR files of browsers, Fiddler, Charles, Dev Proxy, Polly.js and
other tools) into cassettes and scenarios. Save an archive with content and while the page
is open: an answer whose body is not in the file is left out and told. Credentials,
CORS preflights, tunnels and WebSockets stay behind, with a count.
`,
	Examples: []string{"graph-explorer.har --out .", "captures --out /tmp/imported --report json"},
	isMember: func(name string, value byte) bool { return name == "log" && value == '{' },
}

// har imports an HTTP archive, as browsers, Fiddler, Charles, Dev Proxy and others write it
// (http://www.softwareishard.com/blog/har-12-spec). Entries come in the order in which their
// requests began.
//
// The file may be of any size; it is read entry by entry, and what is kept of it is
// bounded. The error, which names the line, is for a file that is no such archive or is cut off.
// An entry of Graph that cannot be imported is left out with a finding, entries of
// other hosts with a count.
func (r Reader) har(file, name string, clean func(*cassette.Cassette) error) (*Result, error) {
	h := newHARImport(file, name, r)
	if err := ReadHAR(file, h.entry); err != nil {
		return nil, err
	}
	return h.finish(clean)
}

// harImport is an import of an archive under way.
type harImport struct {
	*gathering
	started map[*cassette.Interaction]time.Time
	passed  map[string]int // entries that are no exchange of a client with Graph, by what they are
	kept    int            // bytes of bodies
	counted map[*cassette.Interaction]counted
}

func newHARImport(file, name string, r Reader) *harImport {
	return &harImport{
		gathering: gather(file, name, "har", r),
		started:   map[*cassette.Interaction]time.Time{},
		passed:    map[string]int{},
		counted:   map[*cassette.Interaction]counted{},
	}
}

// entry takes an entry in, or reports or counts why it does not.
func (h *harImport) entry(e *HAREntry) error {
	i := e.Interaction
	switch kind := e.passedOver(); {
	case e.local:
		nameless := e.scheme() + " addresses"
		h.Rejected[nameless]++
		h.nameless[nameless] = true
		return nil
	case i.Request.Host != "" && !h.known.Has(i.Request.Host):
		h.Rejected[i.Request.Host]++
		return nil
	case kind != "":
		h.passed[kind]++
		return nil
	case e.Fault != nil:
		h.leaveOut("entry", e.Number, e.FaultLine(), e.Fault)
		return nil
	case i.Response.Code <= 0:
		h.note(ruleImportNoAnswer, report.Warning, i.Line, fmt.Sprintf("left out entry %d: %s", e.Number, e.noAnswer()))
		return nil
	}
	if h.kept += len(i.Request.Body) + len(i.Response.Body); h.kept > maxRecording {
		return fault.In("import", h.file, i.Line, fmt.Sprintf("more than %d MB of exchanges with Graph", maxRecording>>20), "split the archive")
	}
	if e.cut() {
		h.note(ruleImportCut, report.Warning, e.Line("response.body"),
			fmt.Sprintf("entry %d: the answer says that it is JSON and does not parse: was it cut off?", e.Number))
	}
	h.dropCredentials(i)
	h.started[i], h.counted[i] = e.recorded, e.counted
	if err := h.add(i); err != nil {
		h.leaveOut("entry", e.Number, i.Line, err)
	}
	return nil
}

// finish puts the interactions in the order of their requests, and says what was
// left out.
func (h *harImport) finish(clean func(*cassette.Cassette) error) (*Result, error) {
	all := h.Cassette.Interactions
	if !slices.ContainsFunc(all, func(i *cassette.Interaction) bool { return h.started[i].IsZero() }) {
		slices.SortStableFunc(all, func(a, b *cassette.Interaction) int { return h.started[a].Compare(h.started[b]) })
	}
	if len(all) > 0 {
		h.Cassette.Meta.RecordedAt = h.started[all[0]].UTC()
	}
	h.reorder(all)
	for n, i := range all {
		i.ID = n
	}
	h.hostFindings()
	for _, kind := range slices.Sorted(maps.Keys(h.passed)) {
		h.note(ruleImportPassed, report.Note, 0, "left out "+fault.Count(h.passed[kind], kind))
	}
	h.noteDropped()
	return h.gathering.finish(clean)
}

// reorder puts the entries of one request in the order that Polly.js gives them, which counts
// them (_order) by request (_id): their times may be those of a clock that went back.
func (h *harImport) reorder(all []*cassette.Interaction) {
	places := map[string][]int{}
	for n, i := range all {
		if id := h.counted[i].id; id != "" {
			places[id] = append(places[id], n)
		}
	}
	for _, at := range places {
		group := make([]*cassette.Interaction, len(at))
		for k, n := range at {
			group[k] = all[n]
		}
		slices.SortStableFunc(group, func(a, b *cassette.Interaction) int {
			return cmp.Compare(h.counted[a].order, h.counted[b].order)
		})
		for k, n := range at {
			all[n] = group[k]
		}
	}
}

// passedOver says what an entry is that is no exchange of a client with Graph; ""
// for one that is.
func (e *HAREntry) passedOver() string {
	req := e.Interaction.Request
	switch {
	case req.Method == http.MethodOptions && req.Headers.Get("Access-Control-Request-Method") != "":
		return "CORS preflight"
	case req.Method == http.MethodConnect:
		return "CONNECT tunnel"
	case e.socket || e.scheme() == "ws" || e.scheme() == "wss" || e.Interaction.Response.Code == http.StatusSwitchingProtocols:
		return "WebSocket conversation"
	}
	return ""
}

func (e *HAREntry) scheme() string {
	scheme, _, ok := strings.Cut(e.Interaction.Request.URL, ":")
	if !ok {
		return "other"
	}
	return strings.ToLower(scheme)
}

func (e *HAREntry) noAnswer() string {
	if e.problem != "" {
		return "no answer came: " + e.problem
	}
	return "no answer came (status 0: blocked, aborted or still under way)"
}

var (
	errAnswerAbsent  = errors.New("the answer's body is not in the file: save the archive with content, while the page is open")
	errRequestAbsent = errors.New("the request's body is not in the file")
)
