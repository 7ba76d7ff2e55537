package cassette

import "strings"

// arena cuts many short strings from few allocations.
type arena struct{ chunk strings.Builder }

const (
	arenaChunk = 256 << 10
	arenaLimit = 16 << 10 // a longer string gets an allocation of its own
)

// keep returns the text as a string.
func (a *arena) keep(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	if len(text) > arenaLimit {
		return string(text)
	}
	if a.chunk.Cap()-a.chunk.Len() < len(text) {
		a.chunk.Reset()
		a.chunk.Grow(arenaChunk)
	}
	first := a.chunk.Len()
	a.chunk.Write(text)
	return a.chunk.String()[first:]
}
