package jsondoc

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// Compact appends text without insignificant white space to dst, leaving every
// string and number as it is spelled. It accepts the texts that Parse accepts;
// the error is a *SyntaxError.
func Compact(dst []byte, text string) ([]byte, error) {
	s, to := scanner{text: text}, dst
	for first := true; s.next(); first = s.Opens() {
		if !first && !s.Closes() {
			to = append(to, ',')
		}
		if s.NameAt >= 0 {
			to = append(append(to, text[s.NameAt:s.nameEnd]...), ':')
		}
		to = append(to, s.Raw...)
	}
	if s.err != nil {
		return dst, s.err
	}
	return to, nil
}

// Indent appends text to dst with one member or element a line, two spaces a level, and every
// line but the first moved to the right by a margin, and reports how many line breaks there
// are, and whether all of it is printable ASCII. Compact gives the text back. It is for text
// that Compact leaves as it stands, and that does not grow beyond measure, as what is nested
// deeply does with the square of its depth: of any other, ok is false, and what was appended
// is worth nothing.
func Indent(dst []byte, text string, margin int) (indented []byte, breaks int, printable, ok bool) {
	n := indenter{scanner: scanner{text: text}, to: dst, margin: margin, most: len(dst) + mostGrowth*(len(text)+margin) + 4<<10}
	n.room(0, len(dst), 0)
	i, end, ok := n.all(0, len(dst))
	return n.to[:end], n.breaks, n.special&highs == 0, ok && i == len(text)
}

// An indenter checks text and copies it, eight bytes at a time, in one pass. Its methods are given
// how far the text is read (i) and how far to is written (k), and return both: kept in
// registers, they are what makes it fast.
type indenter struct {
	scanner
	to     []byte // has room for what is left of the text
	margin int
	breaks int
	most   int // where the text ends at the latest

	special uint64 // has a high bit where a string has what is not printable ASCII
}

const mostGrowth = 32

const slack = 32 // more than is added within a line, and than a word is copied beyond its end

// room makes room for so many bytes beside what is left of the text.
func (n *indenter) room(i, k, more int) {
	if need := len(n.text) - i + more + slack; len(n.to)-k < need {
		n.to = slices.Grow(n.to[:k], need+need/2)
		n.to = n.to[:cap(n.to)]
	}
}

// at is the byte at i, 0 at the end.
func (n *indenter) at(i int) byte {
	if i < len(n.text) {
		return n.text[i]
	}
	return 0
}

// all copies a value and all that is in it.
func (n *indenter) all(i, k int) (int, int, bool) {
	for ok := true; ; {
		switch c := n.at(i); c {
		case '"':
			i, k, ok = n.string(i, k)
		case '{', '[':
			closing := c + 2 // in ASCII
			n.to[k] = c
			i, k = i+1, k+1
			if n.at(i) != closing || len(n.open) == MaxDepth {
				n.open = append(n.open, closing)
				if i, k, ok = n.line(i, k); !ok {
					return i, k, false
				}
				continue
			}
			n.to[k] = closing
			i, k = i+1, k+1
		default:
			i, k, ok = n.scalar(c, i, k)
		}
		if !ok {
			return i, k, false
		}
		if i, k, ok = n.after(i, k); !ok || len(n.open) == 0 {
			return i, k, ok
		}
	}
}

// after copies what stands between a value and the next, if there is one.
func (n *indenter) after(i, k int) (int, int, bool) {
	for len(n.open) > 0 {
		closing := n.open[len(n.open)-1]
		switch n.at(i) {
		case ',':
			n.to[k] = ','
			return n.line(i+1, k+1)
		case closing:
			n.open = n.open[:len(n.open)-1]
			k = n.newLine(i, k)
			n.to[k] = closing
			i, k = i+1, k+1
		default:
			return i, k, false
		}
	}
	return i, k, true
}

// line begins the line of an element or a member, whose name it copies.
func (n *indenter) line(i, k int) (int, int, bool) {
	if k = n.newLine(i, k); k > n.most || len(n.open) > MaxDepth {
		return i, k, false
	}
	if n.open[len(n.open)-1] == ']' {
		return i, k, true
	}
	if n.at(i) != '"' {
		return i, k, false
	}
	i, k, ok := n.string(i, k)
	if !ok || n.at(i) != ':' {
		return i, k, false
	}
	n.to[k], n.to[k+1] = ':', ' '
	return i + 1, k + 2, true
}

// newLine begins a line.
func (n *indenter) newLine(i, k int) int {
	width := n.margin + 2*len(n.open)
	n.breaks++
	n.room(i, k, width)
	n.to[k] = '\n'
	k++
	for w := 0; w < width; w += 8 {
		binary.LittleEndian.PutUint64(n.to[k+w:k+w+8], ' '*ones)
	}
	return k + width
}

// scalar copies a number, true, false or null that begins with a byte.
func (n *indenter) scalar(c byte, i, k int) (int, int, bool) {
	if c <= ' ' { // white space, or the end
		return i, k, false
	}
	if n.pos = i + len("null"); !strings.HasPrefix(n.text[i:], "null") {
		n.pos = i
		if !n.value() {
			return i, k, false
		}
	}
	return n.pos, k + copy(n.to[k:], n.text[i:n.pos]), true
}

// string copies a string.
func (n *indenter) string(i, k int) (int, int, bool) {
	text, to, start, from := n.text, n.to, i, k
	to[k] = '"'
	var high uint64 // bits, of bytes and of those that follow them: DEL is the last of ASCII
	for i, k = i+1, k+1; ; {
		var x uint64
		size := min(8, len(text)-i)
		if size == 8 {
			x = word(text, i)
		} else {
			for at := range size {
				x |= uint64(text[i+at]) << (8 * at)
			}
		}
		binary.LittleEndian.PutUint64(to[k:k+8], x)
		if stop := notPlain(x); stop != 0 {
			size = bits.TrailingZeros64(stop) / 8
			x &= 1<<(8*size) - 1
		}
		high |= x | (x + ones)
		i, k = i+size, k+size
		if size == 8 {
			continue
		}
		switch n.at(i) {
		case '"':
			n.special |= high
			return i + 1, k + 1, high&highs == 0 || utf8.ValidString(text[start:i])
		case '\\':
			size := n.escape(i)
			if size == 0 {
				return start, from, false
			}
			k += copy(to[k:], text[i:i+size])
			i += size
		default:
			return start, from, false
		}
	}
}
