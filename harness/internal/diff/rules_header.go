package diff

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/report"
)

// The rules of headers, kinds of bodies and codes of errors.
const (
	ContentType ID = "content.type"
	ErrorCode   ID = "error.code"
	HeaderAdded ID = "header.added"
	HeaderLost  ID = "header.lost"
)

var headerRules = []Rule{
	{ContentType, report.Error, false, "the class of Content-Type changed", func(m *mutation) string {
		return m.header("Content-Type", isGoodRead, func(h http.Header) { h.Set("Content-Type", "text/plain") })
	}},
	{ErrorCode, report.Warning, true, "the same failure has another error.code", changeErrorCode},
	{HeaderAdded, report.Note, true, "a header that was not there (Deprecation, Sunset, Preference-Applied, ...)", func(m *mutation) string {
		return m.header("Deprecation", isGoodRead, func(h http.Header) { h.Set("Deprecation", "@1767225600") })
	}},
	{HeaderLost, report.Warning, false, "a header that was always there (Location, ETag, Retry-After, ...)", loseHeader},
}

// contractHeaders are the response headers that clients read.
var contractHeaders = []string{
	"Content-Disposition", "Content-Range", "Deprecation", "Etag", "Link", "Location", "Operation-Location", "Preference-Applied",
	"Retry-After", "Sunset", "Www-Authenticate",
}

// content compares what kind of body answers have, and reports whether the rest is beyond
// comparison.
func (a answerPair) content() bool {
	if len(a.before.kinds) != 1 || len(a.after.kinds) != 1 {
		return false
	}
	was, is := slices.Collect(maps.Keys(a.before.kinds))[0], slices.Collect(maps.Keys(a.after.kinds))[0]
	if was == is {
		return false
	}
	a.addAt(a.before.all[0], a.after.all[0], difference{
		rule: ContentType, where: "header.Content-Type", old: was, new: is, count: len(a.after.all),
		message: fmt.Sprintf("answers %s, was %s", is, was),
	})
	return true
}

func (a answerPair) headers() {
	for _, name := range contractHeaders {
		d := difference{subject: "header." + name, where: "header." + name}
		switch was, is := a.before.headers[name], a.after.headers[name]; {
		case was == len(a.before.all) && is == 0:
			d.rule, d.old, d.new, d.count, d.message = HeaderLost, "there", "none", len(a.after.all), "no header "+name+" any more"
		case was == 0 && is > 0:
			d.rule, d.old, d.new, d.count, d.message = HeaderAdded, "none", "there", is, "has a header "+name
		default:
			continue
		}
		a.addAt(a.before.all[0], a.after.all[0], d)
	}
}

// errors compares failures by their code; texts and details are for people.
func (a answerPair) errors() {
	was, is := codesOf(a.before), codesOf(a.after)
	added := without(is, was)
	if len(added) == 0 || len(was) == 0 {
		return
	}
	a.addAt(a.before.all[0], a.after.all[0], difference{
		rule: ErrorCode, subject: "error.code " + strings.Join(was, ", "), where: "$['error']['code']",
		old: strings.Join(was, ", "), new: strings.Join(is, ", "), count: len(a.after.all),
		message: fmt.Sprintf("fails with code %s, was %s", strings.Join(added, ", "), strings.Join(was, ", ")),
	})
}

func codesOf(a *answers) []string {
	var codes []string
	for _, e := range a.all {
		if code := e.errorCode(); code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

func loseHeader(m *mutation) string {
	for _, name := range contractHeaders {
		what := m.header(name, func(_ *operation, answers []*exchange) bool {
			return !slices.ContainsFunc(answers, func(e *exchange) bool { return e.header.Get(name) == "" })
		}, func(h http.Header) { h.Del(name) })
		if what != "" {
			return what
		}
	}
	return ""
}

// header changes a header of all answers of the first operation that fits.
func (m *mutation) header(name string, fits func(*operation, []*exchange) bool, change func(http.Header)) string {
	op := m.once(fits, func(answers []*exchange) {
		for _, e := range answers {
			change(e.at.Response.Headers)
		}
	})
	if op == "" {
		return ""
	}
	return op + ": " + name
}

func changeErrorCode(m *mutation) string {
	fails := func(e *exchange) bool { return e.errorCode() != "" }
	return m.once(func(_ *operation, answers []*exchange) bool {
		return slices.ContainsFunc(answers, fails)
	}, func(answers []*exchange) {
		for _, e := range answers {
			if fault, _ := e.member("error").(map[string]any); fails(e) {
				fault["code"] = "Error" + e.errorCode()
				e.write()
			}
		}
	})
}
