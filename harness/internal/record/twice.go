package record

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/jsondoc"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/scenario"
	"github.com/graphvcr/graphvcr/harness/report"
)

// Rules of what a second recording had otherwise than the first.
const (
	ruleVolatileRequest report.Rule = "record.volatile.request" // its hint is a rule for rules.yaml
	ruleVolatileAnswer  report.Rule = "record.volatile.answer"
)

// repeat runs a scenario that was recorded once more, and reports what was not the same again,
// or that it did not pass. Nothing is written.
func repeat(ctx context.Context, p *project.Project, sc *scenario.Scenario, live Live, before []*cassette.Interaction) (found []report.Finding, same bool, err error) {
	r, err := startFor(p, sc, sc.Cassette+".twice", live)
	if err != nil {
		return nil, false, err
	}
	after := keepSeen(r)
	result := run(ctx, p, sc, r)
	if err := r.Abort(); err != nil {
		return nil, false, err
	}
	if ctx.Err() != nil || !passed(result) {
		hide(r.redactor, result.Findings)
		return append([]report.Finding{{
			Rule: ruleRecordTwice, Severity: report.Error, Place: report.Place{File: sc.File},
			Message: "it was recorded, and did not pass the second time",
		}}, result.Findings...), false, nil
	}
	found, err = volatile(p.Rules, before, *after)
	for i := range found {
		found[i].Place.File = sc.File
	}
	return found, err == nil, err
}

// keepSeen keeps the interactions of a recording as they came, in memory.
func keepSeen(r *Recording) *[]*cassette.Interaction {
	var mu sync.Mutex
	seen := new([]*cassette.Interaction)
	r.seen = func(i *cassette.Interaction) {
		mu.Lock()
		defer mu.Unlock()
		*seen = append(*seen, i)
	}
	return seen
}

// volatile reports what differs between two runs of a scenario. The k-th request of a
// method and template is compared with the k-th of the other run.
func volatile(rules project.Rules, first, second []*cassette.Interaction) ([]report.Finding, error) {
	c := comparer{rules: rules, first: first, second: second, requests: places{}, answers: places{}}
	left := map[string][]int{}
	for n, i := range second {
		name := templateOf(i)
		left[name] = append(left[name], n)
	}
	for n, i := range first {
		name := templateOf(i)
		if len(left[name]) == 0 {
			continue // a poll that took longer, or a page that is gone
		}
		if err := c.compare(n, left[name][0]); err != nil {
			return nil, err
		}
		left[name] = left[name][1:]
	}
	return c.findings(), nil
}

func templateOf(i *cassette.Interaction) string {
	u, err := graphurl.Parse(i.Request.URL)
	if err != nil {
		return i.Request.Method + " " + i.Request.URL
	}
	return i.Request.Method + " " + u.Template()
}

// comparer gathers what is volatile, by the requests that a rule would be on.
type comparer struct {
	rules         project.Rules
	first, second []*cassette.Interaction
	requests      places // fields
	answers       places // paths
}

// places are where something differs, by the requests that a rule would be on.
type places map[string]map[string]bool

func (p places) add(on, place string) {
	if p[on] == nil {
		p[on] = map[string]bool{}
	}
	p[on][place] = true
}

func (c *comparer) compare(n, m int) error {
	one, other := c.first[n], c.second[m]
	asked, err := c.rules.Match.Compare(one, other)
	if err != nil {
		return fmt.Errorf("compare %s: %w", templateOf(one), err)
	}
	binds := asked.Bindable && c.rules.Match.Bind != match.BindOff && c.rules.Redact.Identity != redact.Off
	for _, d := range asked.Differences {
		if !binds && !c.follows(n, m, d.Field) {
			c.requests.add(asked.On, d.Field)
		}
	}
	if one.Response.Code != other.Response.Code {
		c.answers.add(asked.On, "status")
		return nil
	}
	before, err1 := jsondoc.Parse(one.Response.Body)
	after, err2 := jsondoc.Parse(other.Response.Body)
	switch {
	case err1 == nil && err2 == nil:
		for _, d := range jsondoc.Diff(before, after, 0) {
			c.answers.add(asked.On, anyElement.ReplaceAllString(d.Path, "[*]"))
		}
	case one.Response.Body != other.Response.Body:
		c.answers.add(asked.On, "body")
	}
	return nil
}

var anyElement = regexp.MustCompile(`\[\d+\]`)

// shortestValue is a length below which a text is found in answers by chance.
const shortestValue = 4

// follows reports whether what differs came from earlier answers in both runs: a
// replay, which gives the recorded answers, is then asked as recorded.
func (c *comparer) follows(n, m int, field string) bool {
	before, after := valueAt(c.first[n], field), valueAt(c.second[m], field)
	was, is := differing(before, after)
	return min(len(was), len(is)) >= shortestValue && answered(c.first[:n], was) && answered(c.second[:m], is)
}

// differing are the words of two texts in which they differ, without what both begin and
// end with.
func differing(a, b string) (string, string) {
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < min(len(a), len(b))-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	return wordAround(a, start, len(a)-end), wordAround(b, start, len(b)-end)
}

// wordAround extends a part of a text to whole words.
func wordAround(s string, start, end int) string {
	inWord := func(c byte) bool { return c > ' ' && !strings.ContainsRune("\"'(),;=&/", rune(c)) }
	for start > 0 && inWord(s[start-1]) {
		start--
	}
	for end < len(s) && inWord(s[end]) {
		end++
	}
	return s[start:end]
}

// answered reports whether a value stands in one of the answers, however it is written.
func answered(interactions []*cassette.Interaction, value string) bool {
	spellings := []string{value, strings.Trim(string(jsondoc.Canonical(nil, value)), `"`), graphurl.EscapeSegment(value)}
	holds := func(text string) bool {
		return slices.ContainsFunc(spellings, func(s string) bool { return holdsWord(text, s) })
	}
	return slices.ContainsFunc(interactions, func(i *cassette.Interaction) bool {
		for values := range maps.Values(i.Response.Headers) {
			if slices.ContainsFunc(values, holds) {
				return true
			}
		}
		return holds(i.Response.Body)
	})
}

// holdsWord reports whether a text holds a word, with no letter or digit around it.
func holdsWord(text, word string) bool {
	isAlnum := func(s string, i int) bool {
		return i >= 0 && i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z')
	}
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		start, end := from+at, from+at+len(word)
		escaped := start >= len("%20") && text[start-len("%20")] == '%'
		if (escaped || !isAlnum(text, start-1)) && !isAlnum(text, end) {
			return true
		}
		from = start + 1
	}
}

// valueAt is what a request has at the field of a match.Difference, "" where that is
// nothing to look for.
func valueAt(i *cassette.Interaction, field string) string {
	where, name, _ := strings.Cut(field, ".")
	switch {
	case where == "query":
		if u, err := graphurl.Parse(i.Request.URL); err == nil {
			for _, option := range u.Options {
				if strings.EqualFold(option.Name, name) {
					return option.Value
				}
			}
		}
	case where == "header":
		return i.Request.Headers.Get(name)
	case where == "body":
		path, err := jsondoc.ParsePath(name)
		doc, err2 := jsondoc.Parse(i.Request.Body)
		if err != nil || err2 != nil {
			return i.Request.Body
		}
		nodes := path.Select(doc)
		if len(nodes) == 0 {
			return ""
		}
		if text, ok := nodes[0].Value.(string); ok {
			return text
		}
		return string(jsondoc.Canonical(nil, nodes[0].Value))
	case strings.HasPrefix(where, "path["):
		return i.Request.URL
	}
	return i.Request.Body
}

// findings are what was gathered, with a rule for what a rule can ignore.
func (c *comparer) findings() []report.Finding {
	var all []report.Finding
	for _, on := range slices.Sorted(maps.Keys(c.requests)) {
		f := report.Finding{Rule: ruleVolatileRequest, Severity: report.Note}
		fields := slices.Sorted(maps.Keys(c.requests[on]))
		f.Message = fmt.Sprintf("%s: not asked the same again: %s", on, strings.Join(fields, ", "))
		ignore := slices.DeleteFunc(fields, func(field string) bool {
			return match.Rules{Match: []match.Rule{{On: on, Ignore: []string{field}}}}.Validate() != nil
		})
		if len(ignore) > 0 {
			f.Hint = "a replay will miss it; for rules.yaml:\n" + match.Rule{On: on, Ignore: ignore}.YAML()
		}
		all = append(all, f)
	}
	for _, on := range slices.Sorted(maps.Keys(c.answers)) {
		paths := slices.Sorted(maps.Keys(c.answers[on]))
		all = append(all, report.Finding{
			Rule: ruleVolatileAnswer, Severity: report.Note,
			Message: fmt.Sprintf("%s: not answered the same again: %s", on, strings.Join(paths, ", ")),
		})
	}
	return all
}
