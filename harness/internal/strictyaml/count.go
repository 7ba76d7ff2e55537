package strictyaml

import "bytes"

// mostValues bounds the values of a file, far above what a person writes: each takes a few
// hundred bytes of memory, however short it is.
const mostValues = 300_000

// MostNodes bounds the values of a recording that is held as nodes of YAML, each of which takes
// hundreds of bytes: enough for ten thousand interactions.
const MostNodes = 1_000_000

// Values is how many values a text of YAML may hold, counted by its punctuation before it is
// parsed: each begins a line, or follows a comma or a bracket. What is in quotes on one line is
// one, and so are the lines of a block.
func Values(data []byte) (n int) {
	for block := -1; len(data) > 0; {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		indent := len(line) - len(bytes.TrimLeft(line, " "))
		if block >= 0 && (indent > block || indent == len(line)) {
			continue
		}
		block = -1
		if n += 1 + within(line); opensBlock(line) {
			block = indent
		}
	}
	return n
}

// within is how many values a line may hold beside its first.
func within(line []byte) (n int) {
	var (
		quote byte // of the text that is open
		opens = true
		colon bool // the character before is one
	)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote == '"' && c == '\\':
			i++
		case quote != 0:
			switch {
			case c != quote:
			case c == '\'' && i+1 < len(line) && line[i+1] == c: // it stands for one
				i++
			default:
				quote = 0
			}
		case c == ',' || c == '[' || c == '{':
			n++
			opens = true
		case c == ' ' || c == '\t':
			opens = opens || colon
		case opens && (c == '\'' || c == '"'):
			quote, opens = c, false
		default:
			opens = opens && c == '-' && i+1 < len(line) && line[i+1] == ' '
		}
		colon = c == ':'
	}
	return n
}

// opensBlock reports whether the lines that follow, further indented, are one text.
func opensBlock(line []byte) bool {
	line = bytes.TrimRight(bytes.TrimRight(line, " \r"), "+-0123456789")
	return bytes.HasSuffix(line, []byte(": |")) || bytes.HasSuffix(line, []byte(": >")) || bytes.HasSuffix(line, []byte("- |")) || bytes.HasSuffix(line, []byte("- >"))
}
