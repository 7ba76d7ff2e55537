package match

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// undecidedMiss explains that no recorded request is meant, and why.
func (s *Session) undecidedMiss(req *http.Request, live *request, why string) *MissError {
	miss := s.index.unknown(req, live)
	if why != "" {
		miss.Reason, miss.NextStep = "", why
	}
	miss.Bound = s.bound.shown()
	return miss
}

// undecided says what a user can do about a request of which nothing tells which recorded
// one is meant.
func (s *Session) undecided(b *bucket, blanks []blank) string {
	for k, v := range blanks {
		if v.kind != blankName || k >= len(b.entries[0].blanks) {
			continue
		}
		if fold(b.entries[0].blanks[k].text) == fold(v.text) {
			continue
		}
		return fmt.Sprintf("what was sent at %s is not what was recorded; if it is meant, say so: %s", v.place, b.inputs(k, &v))
	}
	return ""
}

// inputs are the flags that make a value stand for what is stored at a blank, which may be a
// variable's.
func (b *bucket) inputs(k int, sent *blank) string {
	value := sent.text
	if secret(sent.place) || len(value) > maxShown || strings.ContainsAny(value, "\n\"") {
		value = "VALUE"
	}
	var flags []string
	for n := range b.entries {
		e := &b.entries[n]
		name := e.blanks[k].text
		for _, variable := range slices.Sorted(maps.Keys(e.cassette.Meta.Vars)) {
			if e.cassette.Meta.Vars[variable] == name {
				name = variable
				break
			}
		}
		flag := "--input " + name + "=" + value
		if strings.ContainsAny(name+value, " '") {
			flag = `--input "` + name + "=" + value + `"`
		}
		if flags = append(flags, flag); len(flags) == nearestShown {
			break
		}
	}
	return strings.Join(slices.Compact(flags), " or ")
}
