package jsondoc

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// IndentBelow appends what Indent does to dst, with every line but the first moved to the
// right by a margin, and reports how many line breaks there are, and whether all of it is
// printable ASCII. It is for text that Compact
// gives back as it stands, and that does not grow beyond measure, as what is nested deeply
// does with the square of its depth: of any other, ok is false, and dst is worth nothing.
func IndentBelow(dst []byte, text string, margin int) (indented []byte, breaks int, printable, ok bool) {
	n := indenter{scanner: scanner{text: text}, to: dst, end: len(dst), margin: margin, most: len(dst) + mostGrowth*(len(text)+margin) + 4<<10}
	n.room(0)
	ok = n.all() && n.pos == len(text)
	return n.to[:n.end], n.breaks, n.special&highs == 0, ok
}

// An indenter checks text and copies it, eight bytes at a time, in one pass.
type indenter struct {
	scanner
	to     []byte // has room for what is left of the text
	end    int    // of what was written
	open   []byte // the brackets that are to come
	margin int
	breaks int
	most   int // where the text ends at the latest

	special uint64 // has a high bit where a string has what is not printable ASCII
}

const mostGrowth = 32

const slack = 32 // more than is added within a line, and than a word is copied beyond its end

// room makes room for so many bytes beside what is left of the text.
func (n *indenter) room(more int) {
	if need := len(n.text) - n.pos + more + slack; len(n.to)-n.end < need {
		n.to = slices.Grow(n.to[:n.end], need+need/2)
		n.to = n.to[:cap(n.to)]
	}
}

// peek is the next byte, 0 at the end.
func (n *indenter) peek() byte {
	if n.pos < len(n.text) {
		return n.text[n.pos]
	}
	return 0
}

// put writes a byte.
func (n *indenter) put(c byte) {
	n.to[n.end] = c
	n.end++
}

// all copies a value and all that is in it.
func (n *indenter) all() bool {
	for {
		switch c := n.peek(); c {
		case '{', '[':
			n.pos++
			n.put(c)
			closing := c + 2 // in ASCII
			if n.peek() == closing && len(n.open) < MaxDepth {
				n.pos++
				n.put(closing)
				break
			}
			if n.open = append(n.open, closing); len(n.open) > MaxDepth {
				return false
			}
			n.newLine()
			if n.end > n.most || c == '{' && !n.name() {
				return false
			}
			continue
		case '"':
			if !n.string() {
				return false
			}
		default:
			if !n.scalar(c) {
				return false
			}
		}
		if done, ok := n.after(); done || !ok {
			return ok
		}
	}
}

// scalar copies a number, true, false or null that begins with a byte.
func (n *indenter) scalar(c byte) bool {
	if c <= ' ' { // white space, or the end
		return false
	}
	_, start, err := n.value()
	if err != nil {
		return false
	}
	n.end += copy(n.to[n.end:], n.text[start:n.pos])
	return true
}

// after copies what stands between a value and the next, and reports whether there is none.
func (n *indenter) after() (done, ok bool) {
	for len(n.open) > 0 {
		closing := n.open[len(n.open)-1]
		c := n.peek()
		n.pos++
		switch c {
		case ',':
			n.put(',')
			n.newLine()
			return false, n.end <= n.most && (closing == ']' || n.name())
		case closing:
			n.open = n.open[:len(n.open)-1]
			n.newLine()
			n.put(closing)
		default:
			return false, false
		}
	}
	return true, true
}

// name copies a member's name and its colon.
func (n *indenter) name() bool {
	if n.peek() != '"' || !n.string() || n.peek() != ':' {
		return false
	}
	n.pos++
	n.put(':')
	n.put(' ')
	return true
}

// string copies a string.
func (n *indenter) string() bool {
	start := n.pos
	n.pos++
	n.put('"')
	for ascii := true; ; {
		ascii = n.plain() && ascii
		switch n.peek() {
		case '"':
			n.pos++
			n.put('"')
			return ascii || utf8.ValidString(n.text[start:n.pos])
		case '\\':
			size, err := n.escape(n.pos)
			if err != nil {
				return false
			}
			n.end += copy(n.to[n.end:], n.text[n.pos:n.pos+size])
			n.pos += size
		default:
			return false
		}
	}
}

// plain copies a run of ordinary characters, as the scanner's plain finds it.
func (n *indenter) plain() (ascii bool) {
	text, i, to := n.text, n.pos, n.to[n.end:]
	var high uint64 // bits, of bytes and of those that follow them: DEL is the last of ASCII
	k := 0
	for ; i+8 <= len(text); i, k = i+8, k+8 {
		x := word(text, i)
		binary.LittleEndian.PutUint64(to[k:], x)
		if stop := notPlain(x); stop != 0 {
			at := bits.TrailingZeros64(stop) / 8
			x &= 1<<(8*at) - 1
			high |= x | (x + ones)
			n.pos, n.end = i+at, n.end+k+at
			n.special |= high
			return high&highs == 0
		}
		high |= x | (x + ones)
	}
	end, _ := plain(text, i)
	for _, c := range []byte(text[i:end]) {
		high |= uint64(c) | uint64(c+1)
	}
	n.pos, n.end = end, n.end+k+copy(to[k:], text[i:end])
	n.special |= high
	return high&highs == 0
}

// newLine begins a line.
func (n *indenter) newLine() {
	width := n.margin + 2*len(n.open)
	n.breaks++
	n.room(width)
	n.put('\n')
	to := n.to[n.end:]
	for k := 0; k < width; k += 8 {
		binary.LittleEndian.PutUint64(to[k:], ' '*ones)
	}
	n.end += width
}
