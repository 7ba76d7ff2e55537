package diff_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// recordingOf asks once for each body.
func recordingOf(t *testing.T, bodies ...doc) *cassette.Cassette {
	w := newWorld(t, 1)
	for _, body := range bodies {
		w.send("GET /v1.0/me", nil, http.StatusOK, body)
	}
	return w.recording
}

// TestRedactedNames compares recordings whose names are others each time: what two sealed
// ones tell, and what one of them tells with one that is not.
func TestRedactedNames(t *testing.T) {
	with := func(more doc) doc {
		body := doc{"displayName": "Ada Li", "userType": "Member"}
		maps.Copy(body, more)
		return body
	}
	for _, c := range []struct {
		name             string
		old, now         doc
		sealed           string // rule and place, by which both sealed differ
		sealedNow, plain string // only the new one, only the old one
	}{
		{"an unknown member comes", with(nil), with(doc{"fooBarQux": 1}), "property.added $['member2-xnjt']", "property.added $['member2-xnjt']", "property.added $['fooBarQux']"},
		{"an unknown member goes", with(doc{"fooBarQux": 1}), with(nil), "property.lost $['member1-kqyy']", "property.lost $['fooBarQux']", "property.lost $['member1-kqyy']"},
		{"an unknown member has another name", with(doc{"fooBarQux": 1}), with(doc{"quuxCorge": 2}), "", "", ""},
		{"and another type", with(doc{"fooBarQux": 1}), with(doc{"quuxCorge": "wot"}), "type.changed $['member1-kqyy']", "", ""},
		{"a known member comes", with(nil), with(doc{"ageGroup": "adult"}), "property.added $['ageGroup']", "property.added $['ageGroup']", "property.added $['ageGroup']"},
		{"entries of a dictionary", with(doc{"onPremisesExtensionAttributes": doc{"fooBarQux": 1}}), with(doc{"onPremisesExtensionAttributes": doc{"quuxCorge": 1, "grault": 2}}), "", "", ""},
		{"an unknown word comes", with(nil), with(doc{"userType": "Wizard"}), "enum.new $['userType']", "", "enum.new $['userType']"},
		{"a word for an unknown one", with(doc{"userType": "Wizard"}), with(nil), "enum.new $['userType']", "enum.new $['userType']", ""},
		{"an unknown word for another", with(doc{"userType": "Wizard"}), with(doc{"userType": "Witch"}), "", "", ""},
		{"a text for another", with(doc{"displayName": "Bo"}), with(doc{"displayName": "Chioma van der Berg"}), "", "", ""},
		{"a link for no link", with(doc{"webUrl": graph + "/v1.0/users/x"}), with(doc{"webUrl": "nowhere"}), "link.shape $['webUrl']", "", "link.shape $['webUrl']"},
		{"what is no GUID", with(doc{"id": "8ea0e38b-efb3-4757-924a-5f94061cf8c2"}), with(doc{"id": "wot"}), "id.format $['id']", "", "id.format $['id']"},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, now := recordingOf(t, c.old), recordingOf(t, c.now)
			// The recording before has other numbers.
			hiddenOld, hiddenNow := redacted(t, old), redacted(t, recordingOf(t, with(doc{"jobTitle": "Pilot", "userType": "Imp", "a1b": 1}), c.now))
			hiddenNow.Interactions = hiddenNow.Interactions[1:]
			for _, of := range []struct {
				name     string
				old, now *cassette.Cassette
				want     string
			}{{"both sealed", hiddenOld, hiddenNow, c.sealed}, {"sealed now", old, hiddenNow, c.sealedNow}, {"sealed before", hiddenOld, now, c.plain}} {
				var found []string
				for _, change := range compare(t, of.old, of.now) {
					found = append(found, string(change.Rule)+" "+change.Where)
				}
				if got := strings.Join(found, ", "); got != of.want {
					t.Errorf("%s: found %q, want %q", of.name, got, of.want)
				}
			}
		})
	}
}

// TestNumbersOfPseudonyms compares a change with itself in a recording that counts its
// pseudonyms from elsewhere: it is told as the file has it, and accepted once.
func TestNumbersOfPseudonyms(t *testing.T) {
	var told, accepted []string
	for _, before := range []doc{{"displayName": "Ada"}, {"displayName": "Ada", "a1b": 1}} {
		recording := redacted(t, recordingOf(t, before, doc{"displayName": "Ada"}, doc{"displayName": "Ada", "fooBarQux": 1}))
		old, now := *recording, *recording
		old.Interactions, now.Interactions = recording.Interactions[1:2], recording.Interactions[2:]
		for _, change := range compare(t, &old, &now) {
			told, accepted = append(told, change.Message), append(accepted, change.Fingerprint)
		}
	}
	if strings.Join(told, ", ") != "member1-kqyy is new, member2-xnjt is new" || len(accepted) != 2 || accepted[0] != accepted[1] {
		t.Errorf("told %q with the fingerprints %q, want each name as its file has it and one fingerprint", told, accepted)
	}
}
