package redact

import (
	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/place"
)

// marked is the verdict on a value that the caller's rule marks, whatever is switched off.
// What stands for a value is no value any more, so that what was redacted stays as it is.
func (p judge) marked(l *place.Leaf) (v verdict, is bool) {
	if p.r.mark == nil || l.IsName() || l.Role == place.Bytes || l.Text == "" || isOnly(l.Text) || p.r.ledger.faker.IsName(l.Text) {
		return verdict{}, false
	}
	by, series := noRule, ""
	switch p.r.mark(l.Name, l.Parent, l.Text) {
	case Secret:
		by = secretMarked
	case Identity:
		by, series = identityName, "name"
	case Content:
		by, series = contentText, "text"
	default:
		return verdict{}, false
	}
	switch {
	case l.Role == place.Number:
		return verdict{onesFor(l.Text), by, cassette.HoleName}, true
	case by == secretMarked:
		return verdict{redacted, by, cassette.HoleSecret}, true
	}
	return verdict{p.r.ledger.name(series, l.Text, p.suggestion(l)), by, cassette.HoleName}, true
}
