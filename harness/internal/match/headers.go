package match

import (
	"cmp"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/graphurl"
	"github.com/graphvcr/graphvcr/harness/internal/place/media"
)

// The significant headers, by name. All others (Authorization, client-request-id,
// SdkVersion, User-Agent, traceparent, Retry-Attempt, ...) differ between two runs
// of one client and say nothing about the answer.
var headerNames = [...]string{
	"Accept", "ConsistencyLevel", "Content-Range", "Content-Type", "If-Match", "If-None-Match", "Prefer", "Range",
}

// significant finds the header of that name, in any letter case, or -1.
func significant(name string) int {
	return slices.IndexFunc(headerNames[:], func(known string) bool { return strings.EqualFold(known, name) })
}

// headerKey returns the significant headers in canonical form, a line each,
// sorted by name, those of ignored left out. Content-Type counts only for a
// request that has a body. A request of the most common kind costs no allocation.
func headerKey(header http.Header, hasBody bool, ignored []string) string {
	var values [len(headerNames)]string
	for name, sent := range header {
		h := significant(name)
		if h < 0 || slices.Contains(ignored, headerNames[h]) || headerNames[h] == "Content-Type" && !hasBody {
			continue
		}
		if values[h] != "" { // one header in two spellings; a map has no order
			return headerKey(properlySpelled(header), hasBody, ignored)
		}
		values[h] = canonicalHeader(headerNames[h], sent)
	}
	var lines []string
	for h, value := range values {
		if value != "" {
			lines = append(lines, headerNames[h]+": "+value)
		}
	}
	return strings.Join(lines, "\n")
}

// headerFields are headers, a line each, as fields.
func headerFields(prefix, headers string) (fields []graphurl.Option) {
	for line := range strings.SplitSeq(headers, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			fields = append(fields, graphurl.Option{Name: prefix + name, Value: value})
		}
	}
	return fields
}

// properlySpelled returns the headers under their canonical names: the values of those whose
// names differ in letter case only are joined.
func properlySpelled(header http.Header) http.Header {
	joined := make(http.Header, len(header))
	for _, name := range slices.Sorted(maps.Keys(header)) {
		proper := http.CanonicalHeaderKey(name)
		joined[proper] = append(joined[proper], header[name]...)
	}
	return joined
}

func canonicalHeader(name string, values []string) string {
	list := strings.TrimSpace(strings.Join(values, ", "))
	switch name {
	case "Accept":
		return canonicalAccept(values)
	case "Prefer":
		return canonicalPrefer(values)
	case "ConsistencyLevel":
		return strings.ToLower(list)
	case "Content-Type": // less its parameters: charset says nothing about JSON, and a boundary is random
		if list = media.TypeOf(list); list == "text/json" {
			return "application/json"
		}
	}
	return list
}

// acceptDefaults are the OData parameters of a media type, with the value that
// the service takes when a parameter is absent: what real answers say of
// themselves, and "OData JSON Format 4.01" section 3.
var acceptDefaults = map[string]string{
	"ieee754compatible":   "false",
	"exponentialdecimals": "false",
	"metadata":            "minimal",
	"streaming":           "true",
}

// canonicalAccept folds Accept to the OData parameters that change an answer:
// SDKs send application/json, */* or nothing for one and the same
// request.
func canonicalAccept(values []string) string {
	if len(values) == 1 && !strings.Contains(values[0], ";") {
		return ""
	}
	var kept []string
	for _, element := range elements(values) {
		for _, p := range element[1:] {
			setting := strings.ToLower(p.Value)
			if usual, known := acceptDefaults[p.Key]; known && setting != usual {
				kept = append(kept, p.Key+"="+setting)
			}
		}
	}
	return sortedSet(kept, ";")
}

// wordPreferences are the preferences whose value is a word of the protocol, so
// that its letter case means nothing. Time zones and page sizes stay as they came.
var wordPreferences = map[string]bool{
	"return": true, "handling": true, "outlook.body-content-type": true, "idtype": true,
}

// canonicalPrefer sorts the preferences, which are a set (RFC 7240 section 2).
func canonicalPrefer(values []string) string {
	var kept []string
	for _, preference := range elements(values) {
		var parts []string
		for _, p := range preference {
			if wordPreferences[p.Key] {
				p.Value = strings.ToLower(p.Value)
			}
			if p.Value != "" {
				p.Value = "=" + p.Value
			}
			parts = append(parts, p.Key+p.Value)
		}
		kept = append(kept, strings.Join(parts, ";"))
	}
	return sortedSet(kept, ", ")
}

func sortedSet(items []string, separator string) string {
	slices.Sort(items)
	return strings.Join(slices.Compact(items), separator)
}

// elements reads the elements of a list, each with its parameters behind it: keys in lower
// case, without the prefix "odata.", which is optional ("OData Protocol 4.01" section 8.2.8),
// and values without quotes.
func elements(values []string) (list [][]media.Param) {
	for _, value := range values {
		for _, element := range listed.FindAllString(value, -1) {
			var params []media.Param
			media.EachParam(element, func(p media.Param) {
				p.Key = strings.TrimPrefix(cmp.Or(p.Key, strings.ToLower(p.Piece)), "odata.")
				params = append(params, p)
			})
			if params != nil {
				list = append(list, params)
			}
		}
	}
	return list
}

// listed are the elements of a list, between commas outside quotes.
var listed = regexp.MustCompile(`(?s)(?:[^,"\\]|\\.?|"(?:[^"\\]|\\.?)*(?:"|$))+`)
