package importer

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/docs"
	"github.com/graphvcr/graphvcr/harness/internal/draft"
	"github.com/graphvcr/graphvcr/harness/internal/fault"
	"github.com/graphvcr/graphvcr/harness/internal/graph"
	"github.com/graphvcr/graphvcr/harness/internal/graph/protocol"
	"github.com/graphvcr/graphvcr/harness/internal/hosts"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of what an import leaves out or repairs.
const (
	ruleDocsAddress       report.Rule = "docs.address"
	ruleImportBeside      report.Rule = "import.beside"
	ruleDocsInclude       report.Rule = "docs.include"
	ruleImportCredentials report.Rule = "import.credentials"
	ruleImportCut         report.Rule = "import.cut"
	ruleImportHost        report.Rule = "import.host"
	ruleImportInteraction report.Rule = "import.interaction"
	ruleImportMended      report.Rule = "import.mended"
	ruleImportNoAnswer    report.Rule = "import.noanswer"
	ruleImportPage        report.Rule = "import.page"
	ruleImportPassed      report.Rule = "import.passed"
)

// docsRule is the rule of what reading a page notes.
func docsRule(kind docs.Kind) report.Rule { return report.Rule("docs." + kind) }

// Result is one imported recording.
type Result struct {
	Cassette *cassette.Cassette
	Scenario []byte         // a drafted scenario file
	Rejected map[string]int // interactions left out, by host
	Findings []report.Finding
	Examples []Example     // of documentation: where each interaction comes from
	Methods  []docs.Method // of documentation: what a resource's page says of other pages
}

// A Reader reads recordings by rules of which hosts belong to them. The zero Reader knows
// Graph's, and those to which answers lead.
type Reader struct {
	// Known makes the set of hosts that a recording begins with; nil is Graph's alone.
	Known func() *hosts.Set
	// Refused is how bad it is that others are left out.
	Refused report.Severity
	// Undrafted leaves the scenario out, for whoever wants the exchanges alone.
	Undrafted bool
}

// A gathering is an import under way.
type gathering struct {
	*Result
	reader  Reader
	format  *Format // nil: a page of documentation
	file    string
	known   *hosts.Set
	entries []Entry // that were taken in
	size    int     // bytes of bodies in them
	// beside counts what was imported of hosts that are not Graph's, by host.
	beside  map[string]int
	leftOut int            // what cannot be imported
	passed  map[string]int // entries that are no exchange of a client with Graph, by what they are
	dropped map[string]int // credential headers left behind, by name
	// nameless are the keys of Rejected that are no hosts, but addresses without one.
	nameless map[string]bool
}

func gather(file, name, source string, r Reader) *gathering {
	g := &gathering{
		Result: &Result{
			Cassette: &cassette.Cassette{Name: name, Meta: cassette.Meta{Format: 1, Origin: cassette.Imported, Source: source}},
			Rejected: map[string]int{},
		},
		file: file, reader: r,
		known:    hosts.NewSet(),
		nameless: map[string]bool{},
		beside:   map[string]int{},
		passed:   map[string]int{},
		dropped:  map[string]int{},
	}
	if r.Known != nil {
		g.known = r.Known()
	}
	return g
}

// add takes an entry in. The error is for one that no cassette can hold.
func (g *gathering) add(e Entry) error {
	i := e.Interaction
	if err := i.Storable(); err != nil {
		return err
	}
	if err := i.Unsendable(); err != nil {
		return err
	}
	if !g.reader.Undrafted && !scenario.Sends(i.Request.Method) {
		return fmt.Errorf("no scenario sends a request by %s", i.Request.Method)
	}
	if host := graph.BareHost(i.Request.Host); !graph.IsHost(host) {
		g.beside[host]++
	}
	g.learn(i)
	g.entries = append(g.entries, e)
	return nil
}

// learn adds the hosts to which an answer leads.
func (g *gathering) learn(i *cassette.Interaction) {
	if u, err := url.Parse(i.Request.URL); err == nil {
		g.known.Learn(i.Request.Method, u, i.Response.Headers, i.Response.Body)
	}
}

// mostLeftOut bounds what is reported one by one.
const mostLeftOut = 1000

func (g *gathering) leaveOut(n, line int, err error) {
	if g.leftOut++; g.leftOut > mostLeftOut {
		return
	}
	g.note(ruleImportInteraction, report.Error, line, fmt.Sprintf("left out %s %d: %v", g.format.word, n, err))
}

func (g *gathering) note(rule report.Rule, severity report.Severity, line int, message string) {
	g.Findings = append(g.Findings, report.Finding{
		Rule: rule, Severity: severity, Place: report.Place{File: g.file, Line: line}, Message: message,
	})
}

// finish makes the cassette, says what was left out, has the cassette cleaned and drafts the
// scenario.
func (g *gathering) finish(clean func(*cassette.Cassette) error) (*Result, error) {
	if g.format.entries == nil {
		g.inOrderOfTime()
	}
	if len(g.entries) > 0 {
		g.Cassette.Meta.RecordedAt = g.entries[0].recorded.UTC()
	}
	g.inOrderOfRequests()
	for n, e := range g.entries {
		e.Interaction.ID = n
		g.Cassette.Interactions = append(g.Cassette.Interactions, e.Interaction)
	}
	g.hostFindings()
	for _, kind := range slices.Sorted(maps.Keys(g.passed)) {
		g.note(ruleImportPassed, report.Note, 0, "left out "+fault.Count(g.passed[kind], kind))
	}
	for _, name := range protocol.CredentialHeaders() {
		if n := g.dropped[name]; n > 0 {
			g.note(ruleImportCredentials, report.Note, 0, "left out "+fault.Count(n, name+" header"))
		}
	}
	if len(g.entries) == 0 {
		return g.Result, nil
	}
	if clean != nil {
		if err := clean(g.Cassette); err != nil {
			return nil, fmt.Errorf("import %s: %w", g.file, err)
		}
	}
	if g.reader.Undrafted {
		return g.Result, nil
	}
	drafted, err := draft.Scenario(g.Cassette)
	if err != nil {
		return nil, err
	}
	drafted.Keep(g.Cassette)
	g.Scenario = drafted.Text
	return g.Result, nil
}

// inOrderOfTime puts entries in the order in which their requests began, where all say when.
func (g *gathering) inOrderOfTime() {
	if !slices.ContainsFunc(g.entries, func(e Entry) bool { return e.recorded.IsZero() }) {
		slices.SortStableFunc(g.entries, func(a, b Entry) int { return a.recorded.Compare(b.recorded) })
	}
}

// inOrderOfRequests puts the entries of one request in the order that Polly.js gives them, which
// counts them (_order) by request (_id): their times may be those of a clock that went back.
func (g *gathering) inOrderOfRequests() {
	like := map[string][]Entry{}
	for _, e := range g.entries {
		like[e.counted] = append(like[e.counted], e)
	}
	for id, same := range like {
		if id != "" {
			slices.SortStableFunc(same, func(a, b Entry) int { return cmp.Compare(a.order, b.order) })
		}
	}
	for n, e := range g.entries {
		g.entries[n], like[e.counted] = like[e.counted][0], like[e.counted][1:]
	}
}

// mostHosts is how many hosts are reported by name; more are counted.
const mostHosts = 20

// hostFindings says which hosts belong beside Graph's, and why, and which were left out, in
// sorted order.
func (g *gathering) hostFindings() {
	if more := g.leftOut - mostLeftOut; more > 0 {
		g.note(ruleImportInteraction, report.Error, 0, fmt.Sprintf("left out %d more that cannot be imported", more))
	}
	beside := slices.Sorted(maps.Keys(g.beside))
	for _, host := range beside[:min(len(beside), mostHosts)] {
		g.note(ruleImportBeside, report.Note, 0,
			fmt.Sprintf("imported %s of %s: %s", fault.Count(g.beside[host], "interaction"), host, g.known.Because(host)))
	}
	if more := len(beside) - mostHosts; more > 0 {
		g.note(ruleImportBeside, report.Note, 0, fmt.Sprintf("and those of %s more", fault.Count(more, "host")))
	}
	g.rejectedFindings()
}

func (g *gathering) rejectedFindings() {
	severity := g.reader.Refused
	rejected := slices.Sorted(maps.Keys(g.Rejected))
	mayName := slices.ContainsFunc(rejected, func(host string) bool { // by --also
		return !g.nameless[host] && hosts.Check(host) == nil && host != graph.LegacyHost
	})
	for _, host := range rejected[:min(len(rejected), mostHosts)] {
		why := hosts.Why(host)
		if g.nameless[host] {
			why = "they name no host"
		}
		g.note(ruleImportHost, severity, 0, fmt.Sprintf("left out %s of %s: %s", fault.Count(g.Rejected[host], "interaction"), host, why))
	}
	first := slices.IndexFunc(g.Findings, func(f report.Finding) bool { return f.Rule == ruleImportHost })
	if first >= 0 && mayName {
		g.Findings[first].Hint = hosts.Advice // it is the same for all of them
	}
	if len(rejected) <= mostHosts {
		return
	}
	more := 0
	for _, host := range rejected[mostHosts:] {
		more += g.Rejected[host]
	}
	g.note(ruleImportHost, severity, 0,
		fmt.Sprintf("left out %s of %s more: not hosts of Microsoft Graph", fault.Count(more, "interaction"), fault.Count(len(rejected)-mostHosts, "host")))
}
