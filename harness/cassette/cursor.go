package cassette

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// An irregularError says that a file is not in the regular shape from a line on, so
// that only yaml.v3 can say what it means.
type irregularError struct{ line int }

func (e irregularError) Error() string {
	return fmt.Sprintf("line %d is not in the regular shape", e.line)
}

// cursor stands on a line of a file. Once err is set, its methods do nothing.
type cursor struct {
	file   string
	in     lines
	layout layout
	count  int // of interactions begun
	err    error
}

// advance moves to the next line.
func (c *cursor) advance() {
	if c.err != nil {
		return
	}
	c.in.next()
	switch {
	case c.in.err != nil:
		c.err = c.in.err
	case c.in.partial:
		c.err = tornError(c.file, c.in.number, c.count-1, "the file ends in the middle of a line")
	case !regular(c.in.text):
		c.err = irregularError{c.in.number}
	}
}

// irregular gives up, unless something is wrong already or the file is over: what
// ends between two lines of an interaction was cut.
func (c *cursor) irregular() {
	if c.err != nil {
		return
	}
	c.err = irregularError{c.in.number}
	if c.in.ended && c.count > 0 {
		c.err = tornError(c.file, c.in.number, c.count-1, "the file ends in the middle of an interaction")
	}
}

// require gives up unless something holds.
func (c *cursor) require(holds bool) {
	if !holds {
		c.irregular()
	}
}

// opens reports whether the current line is the text behind so many spaces, at
// least to begin with.
func (c *cursor) opens(indent int, text string) bool {
	line := c.in.text
	return len(line) >= indent+len(text) &&
		spaces(line) >= indent && string(line[indent:indent+len(text)]) == text
}

// literal moves over a line that has to be exactly this.
func (c *cursor) literal(indent int, text string) {
	if c.err == nil {
		c.require(c.opens(indent, text) && len(c.in.text) == indent+len(text))
	}
	c.advance()
}

// value returns what follows a key and its colon on the current line.
func (c *cursor) value(key string) ([]byte, bool) {
	if c.err != nil {
		return nil, false
	}
	behind := c.layout.fields + len(key)
	if !c.opens(c.layout.fields, key) || len(c.in.text) == behind || c.in.text[behind] != ':' {
		c.irregular()
		return nil, false
	}
	return c.in.text[behind+1:], true
}

// block reads the literal block that a scalar's header announces, and appends it to dst.
func (c *cursor) block(dst, head []byte) []byte {
	indent, chomping, ok := blockHeader(head)
	if !ok {
		c.irregular()
		return dst
	}
	c.advance()
	if indent == 0 {
		// The first line says it, and an empty one says nothing.
		indent = spaces(c.in.text)
		c.require(indent < len(c.in.text) && c.in.text[indent] != '\t')
	} else {
		indent += c.layout.fields
	}
	c.require(indent > c.layout.fields)
	for c.err == nil && !c.in.ended {
		depth := spaces(c.in.text[:min(indent, len(c.in.text))])
		switch {
		case depth == indent:
			dst = append(dst, c.in.text[indent:]...)
		case depth < len(c.in.text):
			return chomp(dst, chomping)
		}
		dst = append(dst, '\n')
		c.advance()
	}
	c.irregular() // no interaction ends in a block
	return dst
}

// blockHeader reads "|", "|-", "|+", "|2", "|2-" and the like.
func blockHeader(head []byte) (indent int, chomping byte, ok bool) {
	for _, c := range head[1:] {
		switch {
		case c >= '1' && c <= '9' && indent == 0:
			indent = int(c - '0')
		case (c == '-' || c == '+') && chomping == 0:
			chomping = c
		default:
			return 0, 0, false
		}
	}
	return indent, chomping, true
}

// chomp removes the line breaks at the end of a block that its header says do not count.
func chomp(block []byte, how byte) []byte {
	if how == '+' {
		return block
	}
	text := bytes.TrimRight(block, "\n")
	if how == 0 && len(text) > 0 {
		text = append(text, '\n') // one is still there
	}
	return text
}

// spaces counts the spaces that a line begins with.
func spaces(line []byte) int {
	for i, c := range line {
		if c != ' ' {
			return i
		}
	}
	return len(line)
}

// windowSize is how much of a file is held at once, unless one line is longer.
const windowSize = 256 << 10

// lines hands out a file line by line, so that it is never in memory as a whole.
type lines struct {
	source  *bufio.Reader
	long    bytes.Buffer // scratch, of a line that is longer than the window
	text    []byte       // the current line without its line break; valid until next
	number  int          // of the current line, from 1
	ended   bool         // there is no current line: the file is over
	partial bool         // the file is over and did not end in a line break
	err     error        // reading failed
}

// next moves to the next line.
func (l *lines) next() {
	text, err := l.source.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		l.long.Reset()
		for errors.Is(err, bufio.ErrBufferFull) {
			l.long.Write(text)
			text, err = l.source.ReadSlice('\n')
		}
		l.long.Write(text)
		text = l.long.Bytes()
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
	return r < 0x20 || r >= 0x7F && r < 0xA0 ||
		r == 0x2028 || r == 0x2029 || r == 0xFEFF || r == 0xFFFE || r == 0xFFFF
}
