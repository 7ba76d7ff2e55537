//go:build race

package cassette

const raceEnabled = true
