package harness

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"sync"
	"time"
)

// Var is the value of an environment variable while recording and in live runs, and
// what stands for it in the cassette on replay.
func (s *Session) Var(name string) string {
	s.t.Helper()
	return s.value(name, func() string {
		s.t.Helper()
		value, ok := os.LookupEnv(name)
		if !ok {
			s.t.Fatalf("cassette %q: the variable %s is not set", s.name, name)
		}
		return value
	})
}

// Now is the time, and on replay the time of the recording: the n-th call gives what the
// n-th call gave then.
func (s *Session) Now() time.Time {
	s.t.Helper()
	text := s.value(fmt.Sprintf("now.%d", s.drawn.next("now")), func() string { return time.Now().UTC().Format(time.RFC3339Nano) })
	now, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		s.t.Fatalf("cassette %q: %v", s.name, err)
	}
	return now
}

// NewID is a new random GUID, and on replay what stands for the recording's.
func (s *Session) NewID() string {
	s.t.Helper()
	return s.value(fmt.Sprintf("id.%d", s.drawn.next("id")), newGUID)
}

func newGUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// seedName is what a seed is stored by; a value called seed would pass for a credential.
const seedName = "random"

// Seed is a random number, and on replay the recording's: the same at every call. What a
// test draws with it, names above all, is new with every recording, so that nothing which an
// earlier one left in the tenant is in its way, and the same on every replay.
func (s *Session) Seed() int64 {
	s.t.Helper()
	s.drawn.mu.Lock()
	defer s.drawn.mu.Unlock()
	if s.drawn.seed == 0 {
		// A cassette holds no random value as it was drawn, but what stands for it: the seed
		// is made of that, which is known while recording too.
		sum := sha256.Sum256([]byte("graphvcr seed " + s.value(seedName, newGUID)))
		s.drawn.seed = int64(binary.BigEndian.Uint64(sum[:])>>1) | 1
	}
	return s.drawn.seed
}

// NewName is a random name that begins with a prefix, made by [Session.Seed]: on replay the
// n-th call gives what the n-th call gave while recording.
func (s *Session) NewName(prefix string) string {
	s.t.Helper()
	draw := mathrand.New(mathrand.NewPCG(uint64(s.Seed()), uint64(s.drawn.next("name"))))
	name := []byte(prefix)
	for range 8 {
		name = append(name, "abcdefghijklmnopqrstuvwxyz"[draw.IntN(26)])
	}
	return string(name)
}

// drawn is what a session has given out of its own making.
type drawn struct {
	mu   sync.Mutex
	seen map[string]int // how often each kind was asked for
	seed int64          // 0: not drawn yet
}

// next is how often a kind of value was asked for, this time included.
func (d *drawn) next(what string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen == nil {
		d.seen = map[string]int{}
	}
	d.seen[what]++
	return d.seen[what]
}

// value is a stored value where the cassette has one; else, unless this is a replay, a fresh
// one, which a recording stores. A seed is returned as it is stored.
func (s *Session) value(name string, fresh func() string) string {
	s.t.Helper()
	if s.playback != nil {
		value, ok := s.playback.Vars()[name]
		if ok {
			return value
		}
		if s.recording == nil {
			s.t.Fatalf("cassette %q stores no value for %s: record it again", s.name, name)
			return ""
		}
	}
	value := fresh()
	if s.recording == nil {
		return value
	}
	stored := s.recording.Keep(name, value)
	if name == seedName {
		return stored
	}
	return value
}
