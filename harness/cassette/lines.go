package cassette

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf8"
)

// windowSize is how much of a file is held at once, unless one line is longer.
const windowSize = 256 << 10

// lines hands out a file line by line through one window, so that a file is never in
// memory as a whole.
type lines struct {
	source  io.Reader
	window  []byte
	start   int    // of the next line in window
	end     int    // of what was read into window
	text    []byte // the current line without its line break; valid until next
	number  int    // of the current line, from 1
	ended   bool   // there is no current line: the file is over
	partial bool   // the file is over and did not end in a line break
	err     error  // reading failed
}

// next moves to the next line.
func (l *lines) next() {
	searched := l.start
	for {
		if i := bytes.IndexByte(l.window[searched:l.end], '\n'); i >= 0 {
			l.text = l.window[l.start : searched+i]
			l.start = searched + i + 1
			l.number++
			return
		}
		searched = l.end - l.start
		if !l.fill() {
			l.text, l.ended = nil, true
			return
		}
	}
}

// fill moves what is unread to the front of the window and reads more. False
// means that there is no more.
func (l *lines) fill() bool {
	if l.ended {
		return false
	}
	l.end = copy(l.window, l.window[l.start:l.end])
	l.start = 0
	if l.end == len(l.window) {
		grown := make([]byte, max(windowSize, 2*len(l.window)))
		copy(grown, l.window)
		l.window = grown
	}
	n, err := io.ReadAtLeast(l.source, l.window[l.end:], 1)
	l.end += n
	if n > 0 {
		return true
	}
	if err != io.EOF {
		l.err = err
	}
	l.partial = l.end > 0
	if l.partial {
		l.number++
	}
	return false
}

const (
	eachByte = 0x0101010101010101
	highBits = 0x8080808080808080
)

// regular reports whether a text holds only characters that mean the same to every
// YAML reader inside any scalar of one line: no control character but the tab, no
// line break of Unicode, no byte order mark, nothing that is not UTF-8.
func regular(text []byte) bool {
	for i := 0; i < len(text); {
		if i+8 <= len(text) && printableWord(binary.LittleEndian.Uint64(text[i:])) {
			i += 8
			continue
		}
		if c := text[i]; c >= 0x20 && c < 0x7F || c == '\t' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 || specialRune(r) {
			return false
		}
		i += size
	}
	return true
}

// printableWord reports whether eight bytes are all printable ASCII. It may say
// no where the answer is yes, never the reverse.
func printableWord(word uint64) bool {
	below := word - 0x20*eachByte // sets the high bit of a byte below 0x20
	above := word + eachByte      // and of one at 0x7F
	return (below|above|word)&highBits == 0
}

// specialRune reports whether a character has to be escaped to survive in YAML:
// controls (NEL, a line break, among them), the line and paragraph separators, the
// byte order mark and the two non-characters.
func specialRune(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7F && r < 0xA0:
		return true
	case r == 0x2028, r == 0x2029, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF:
		return true
	}
	return false
}
