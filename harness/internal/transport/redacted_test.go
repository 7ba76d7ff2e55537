package transport_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/match"
	"github.com/graphvcr/graphvcr/harness/internal/redact"
	"github.com/graphvcr/graphvcr/harness/internal/transport"
)

// TestRedactedCorpusAnswersTheOriginal redacts the real recordings with the default
// rules and sends the requests as they were recorded: names, passwords, ids and all.
func TestRedactedCorpusAnswersTheOriginal(t *testing.T) {
	answered, undecided, total := 0, 0, 0
	for _, tape := range recordings(t) {
		redactor, err := redact.New(redact.Rules{}, redact.Options{})
		if err != nil {
			t.Fatal(err)
		}
		stored := &cassette.Cassette{Name: tape.Name, File: tape.File}
		for _, i := range tape.Interactions {
			stored.Interactions = append(stored.Interactions, redactor.Interaction(i))
		}
		redactor.Finish(stored)
		index, err := match.NewIndex(match.Rules{}, stored)
		if err != nil {
			t.Fatal(err)
		}
		session := index.NewSession()
		replayer := transport.NewReplayer(session, transport.Options{})
		for n, i := range tape.Interactions {
			total++
			response, err := send(t, replayer, i.Request)
			if err != nil && strings.Contains(err.Error(), "nothing tells which is meant") {
				undecided++
				bindValues(t, session, requestText(&stored.Interactions[n].Request), requestText(&i.Request))
				response, err = send(t, replayer, i.Request)
			}
			switch {
			case err == nil && response.StatusCode == stored.Interactions[n].Response.Code:
				answered++
			case err != nil:
				t.Error(err)
			default:
				t.Errorf("interaction %d: status %d", n, response.StatusCode)
			}
		}
	}
	t.Logf("%d of %d requests answered, %d of them undecided at first", answered, total, undecided)
}

// bindValues binds the ids of a request by hand.
func bindValues(t *testing.T, session *match.Session, recorded, live string) {
	t.Helper()
	for _, pattern := range []*regexp.Regexp{guids, addresses} {
		was, is := pattern.FindAllString(recorded, -1), pattern.FindAllString(live, -1)
		for n := range min(len(was), len(is)) {
			if strings.Contains(was[n], "@odata") {
				continue
			}
			if err := session.Bind(was[n], is[n]); err != nil {
				t.Error(err)
			}
		}
	}
}
