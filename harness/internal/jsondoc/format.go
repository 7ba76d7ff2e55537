package jsondoc

// Compact appends text without insignificant white space to dst, leaving every
// string and number as it is spelled. It accepts the texts that Parse accepts;
// the error is a *SyntaxError.
func Compact(dst []byte, text string) ([]byte, error) {
	return reformat(dst, text, false)
}

// Indent appends text to dst with one member or element a line, two spaces a
// level. Compact gives back what Compact(text) would give.
func Indent(dst []byte, text string) ([]byte, error) {
	return reformat(dst, text, true)
}

func reformat(dst []byte, text string, indent bool) ([]byte, error) {
	s, to, first := scanner{text: text}, dst, true
	for s.next() {
		if !first && !s.Closes() {
			to = append(to, ',')
		}
		if indent && (s.Closes() && !first || !s.Closes() && s.Depth > 0) {
			to = append(to, '\n')
			for range s.Depth {
				to = append(to, "  "...)
			}
		}
		if s.NameAt >= 0 {
			to = append(append(to, text[s.NameAt:s.nameEnd]...), ':')
			if indent {
				to = append(to, ' ')
			}
		}
		to = append(to, s.Raw...)
		first = s.Opens()
	}
	if s.err != nil {
		return dst, s.err
	}
	return to, nil
}
