package project

import (
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/strictyaml"
)

// contradict refuses rules of which one makes another say nothing, each good by itself. The
// fault stands at the later of the two.
func contradict(root strictyaml.Value, rules Rules) {
	if rules.Match.Bind == match.BindRecorded && rules.Redact.Tags == redact.Off {
		root.At("bind").Fault("leave one of the two out",
			"`bind: recorded` knows a name by its tag, and `redact: {tags: off}` in line %d keeps none", root.At("redact").At("tags").Line())
	}
	items := root.At("match").Items()
	for n, later := range items {
		repeat := later.At("repeat")
		if !repeat.IsSet() {
			continue
		}
		for _, earlier := range items[:n] {
			is := earlier.At("repeat")
			if is.IsSet() && is.Text() != repeat.Text() && covers(later.At("on").Text(), earlier.At("on").Text()) {
				repeat.Fault("of several rules for one request the last repeat counts: put the narrower rule behind the wider one",
					"`repeat: %s` for %q leaves nothing of `repeat: %s` for %q in line %d", repeat.Text(), later.At("on").Text(), is.Text(), earlier.At("on").Text(), is.Line())
			}
		}
	}
}

// covers reports whether one "METHOD path-glob" is for every request that another is for, as
// far as their spelling shows.
func covers(wide, narrow string) bool {
	wideMethod, wideGlob, _ := strings.Cut(strings.TrimSpace(wide), " ")
	narrowMethod, narrowGlob, _ := strings.Cut(strings.TrimSpace(narrow), " ")
	wideGlob, narrowGlob = strings.TrimSpace(wideGlob), strings.TrimSpace(narrowGlob)
	switch {
	case wideMethod != "*" && !strings.EqualFold(wideMethod, narrowMethod):
		return false
	case wideGlob == narrowGlob, wideGlob == "*":
		return true
	}
	tail, ok := strings.CutPrefix(wideGlob, "*/")
	return ok && !strings.ContainsAny(tail, "*?[") && strings.HasSuffix(narrowGlob, "/"+tail)
}
