package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
)

// A mint makes ids: the same ones for the same seed, kind, name and count of that
// name, whatever else has been made meanwhile.
type mint struct {
	seed uint64

	mu   sync.Mutex
	seen map[string]uint64
}

// draw gives n bytes, fresh ones each time.
func (m *mint) draw(kind, name string, n int) []byte {
	label := kind + "\x00" + name
	m.mu.Lock()
	if m.seen == nil {
		m.seen = map[string]uint64{}
	}
	count := m.seen[label]
	m.seen[label]++
	m.mu.Unlock()
	return m.stream(label, count, n)
}

// fixed gives n bytes, the same ones each time.
func (m *mint) fixed(kind string, n int) []byte { return m.stream("fixed\x00"+kind, 0, n) }

func (m *mint) stream(label string, count uint64, n int) []byte {
	prefix := binary.BigEndian.AppendUint64(nil, m.seed)
	prefix = binary.BigEndian.AppendUint64(prefix, count)
	var out []byte
	for block := uint64(0); len(out) < n; block++ {
		sum := sha256.Sum256(append(binary.BigEndian.AppendUint64(prefix, block), label...))
		out = append(out, sum[:]...)
	}
	return out[:n]
}

// guid is a random-looking version 4 GUID in lower case, as directory objects have.
func (m *mint) guid(kind, name string) string { return formatGUID(m.draw(kind, name, 16)) }

func (m *mint) fixedGUID(kind string) string { return formatGUID(m.fixed(kind, 16)) }

func formatGUID(b []byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

func (m *mint) hex(kind, name string, digits int) string {
	return hex.EncodeToString(m.draw(kind, name, (digits+1)/2))[:digits]
}

// base64url is n bytes in URL-safe base64 without padding.
func (m *mint) base64url(kind, name string, n int) string {
	return base64.RawURLEncoding.EncodeToString(m.draw(kind, name, n))
}

// driveItem is what drive items of businesses are named by: 01 and 32 of A-Z, 0-9.
func (m *mint) driveItem(name string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	id := []byte("01")
	for _, b := range m.draw("driveItem", name, 32) {
		id = append(id, alphabet[b&31])
	}
	return string(id)
}

// securityIdentifier is the SID that the directory computes from an object's id:
// the GUID's bytes as Windows lays them out, as four little-endian numbers (real
// recordings).
func securityIdentifier(guid string) string {
	b, err := hex.DecodeString(strings.ReplaceAll(guid, "-", ""))
	if err != nil || len(b) != 16 {
		return ""
	}
	second := uint32(binary.BigEndian.Uint16(b[6:]))<<16 | uint32(binary.BigEndian.Uint16(b[4:]))
	return fmt.Sprintf("S-1-12-1-%d-%d-%d-%d", binary.BigEndian.Uint32(b), second,
		binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:]))
}
