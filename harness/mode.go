package harness

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/graphvcr/graphvcr/harness/internal/project"
	"github.com/graphvcr/graphvcr/harness/internal/session"
)

// A mode is what becomes of a session's requests.
type mode string

const (
	modeReplay = mode(session.Replay)
	modeRecord = mode(session.Record)
	modeSpy    = mode(session.Spy)
	modeOnce   = mode("once")
	modeLive   = mode("live")
)

// modeVariable says the mode of all sessions.
const modeVariable = "GRAPHVCR_MODE"

// cassettesEnv names a folder that takes the place of every folder of cassettes on replay:
// graphvcr whatif has changed copies in it.
const cassettesEnv = "GRAPHVCR_CASSETTES"

// decide is the mode of a session: what the environment says, else the option. Only the
// option gives way to a replay under CI=true, where nothing is recorded, and over changed
// cassettes: it stands in the test for good, and the test runs there too.
func decide(option mode) (mode, error) {
	inCI := os.Getenv("CI") == "true" && os.Getenv("GRAPHVCR_RECORD_IN_CI") != "1"
	said := mode(os.Getenv(modeVariable))
	switch {
	case said == "" && (inCI || os.Getenv(cassettesEnv) != ""):
		return modeReplay, nil
	case said == "":
		return option, nil
	case !slices.Contains([]mode{modeReplay, modeRecord, modeLive, modeOnce, modeSpy}, said):
		return "", fmt.Errorf("%s=%q is none of replay, record, live, once, spy", modeVariable, said)
	case inCI && (said == modeRecord || said == modeOnce || said == modeSpy):
		return "", fmt.Errorf("%s=%s under CI=true: set GRAPHVCR_RECORD_IN_CI=1 if this job is meant to record", modeVariable, said)
	}
	return said, nil
}

// settle says what once comes to, now that the cassettes can be looked at.
func settle(m mode, p *project.Project, name string) (mode, error) {
	if m != modeOnce {
		return m, nil
	}
	switch _, err := p.CassetteFile(name); {
	case err == nil:
		return modeReplay, nil
	case errors.Is(err, fs.ErrNotExist):
		return modeRecord, nil
	default:
		return "", err
	}
}
