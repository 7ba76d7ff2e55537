package match

import (
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/identity"
	"github.com/graphvcr/graphvcr/harness/internal/testkit"
)

// TestOrder plays the scripts of testdata/order.
func TestOrder(t *testing.T) { playFolder(t, "order") }

// TestSealed plays the scripts of testdata/sealed, whose recordings are redacted before they are
// replayed. {id X} is what X is called in the cassette.
func TestSealed(t *testing.T) { playFolder(t, "sealed") }

// playFolder plays scripts: a recording, rules in the comment, and requests with the answers
// that they get. UPDATE_GOLDEN=1 rewrites the answers.
func playFolder(t *testing.T, folder string) {
	testkit.Archives(t, "testdata/"+folder+"/*.txtar", playScripts)
}

func playScripts(t *testing.T, archive *testkit.Archive) {
	var rules Rules
	sealed, tagged := false, true
	recording := parseRecording(t, string(archive.Files[0].Data))
	for line := range strings.SplitSeq(string(archive.Comment), "\n") {
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "order":
			rules.Order = Order(value)
		case "repeat":
			on, repeat, _ := strings.Cut(value, " = ")
			rules.Match = append(rules.Match, Rule{On: on, Repeat: Repeat(repeat)})
		case "bind":
			rules.Bind = Bind(value)
		case "sealed":
			sealed = true
		case "tags":
			tagged = value != "off"
		}
	}
	if sealed {
		recording = sealRecording(t, recording)
	}
	if !tagged {
		recording.Meta.Tags = nil
	}
	index := newIndex(t, rules, recording)
	for _, script := range archive.Files[1:] {
		session := index.NewSession()
		var got strings.Builder
		for line := range strings.Lines(string(script.Data)) {
			if strings.HasPrefix(line, "unused: ") {
				continue
			}
			request, _, _ := strings.Cut(strings.TrimSpace(line), " => ")
			got.WriteString(request + " => " + play(t, session, request) + "\n")
		}
		for _, u := range session.Unused() {
			kind := "unused"
			if u.Leftover {
				kind = "leftover"
			}
			got.WriteString("unused: " + u.Interaction.Request.Method + " " + strings.TrimPrefix(u.Interaction.Request.URL, below) + " " + visible(u.Interaction.Response.Body) + " " + kind + "\n")
		}
		archive.Want(t, script.Name, got.String())
	}
}

// play asks and reads the answer, or binds: "bind PSEUDONYM = LIVE".
func play(t *testing.T, session *Session, line string) string {
	if before, after, ok := strings.Cut(line, "{id "); ok {
		id, rest, _ := strings.Cut(after, "}")
		line = before + identity.NewFaker(testSalt).Text(id) + rest
	}
	input, isBind := strings.CutPrefix(line, "bind ")
	if !isBind {
		outcome, answer := askFor(t, session, line)
		answer.Read()
		return outcome
	}
	pseudonym, live, _ := strings.Cut(input, " = ")
	if err := session.Bind(pseudonym, live); err != nil {
		return err.Error()
	}
	return "bound"
}
