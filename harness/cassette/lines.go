package cassette

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf8"
)

// windowSize is how much of a file is held at once, unless one line is longer.
const windowSize = 256 << 10

// lines hands out a file line by line, so that it is never in memory as a whole.
type lines struct {
	source  *bufio.Reader
	long    []byte // scratch, of a line that is longer than the window
	text    []byte // the current line without its line break; valid until next
	number  int    // of the current line, from 1
	ended   bool   // there is no current line: the file is over
	partial bool   // the file is over and did not end in a line break
	err     error  // reading failed
}

// next moves to the next line.
func (l *lines) next() {
	text, err := l.source.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		l.long = l.long[:0]
		for errors.Is(err, bufio.ErrBufferFull) {
			l.long = append(l.long, text...)
			text, err = l.source.ReadSlice('\n')
		}
		l.long = append(l.long, text...)
		text = l.long
	}
	if len(text) > 0 {
		l.number++
	}
	if err == nil {
		l.text = text[:len(text)-1]
		return
	}
	l.text, l.ended, l.partial = nil, true, len(text) > 0
	if !errors.Is(err, io.EOF) {
		l.err = err
	}
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
