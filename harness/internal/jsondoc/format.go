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
	f := formatter{scanner: scanner{text: text}, dst: dst, indent: indent}
	if err := f.whole(f.format); err != nil {
		return dst, err
	}
	return f.dst, nil
}

type formatter struct {
	scanner
	dst    []byte
	indent bool
}

func (f *formatter) format() error {
	kind, start, err := f.value()
	if err != nil {
		return err
	}
	f.dst = append(f.dst, f.text[start:f.pos]...)
	switch kind {
	case '{':
		empty, err := f.eachMember(func(first bool, start, end int) error {
			f.separate(first)
			f.dst = append(append(f.dst, f.text[start:end]...), ':')
			if f.indent {
				f.dst = append(f.dst, ' ')
			}
			return f.format()
		})
		f.close(empty, '}')
		return err
	case '[':
		empty, err := f.eachElement(func(i int) error {
			f.separate(i == 0)
			return f.format()
		})
		f.close(empty, ']')
		return err
	}
	return nil
}

// separate begins a member or element.
func (f *formatter) separate(first bool) {
	if !first {
		f.dst = append(f.dst, ',')
	}
	f.newLine()
}

func (f *formatter) close(empty bool, bracket byte) {
	if !empty {
		f.newLine()
	}
	f.dst = append(f.dst, bracket)
}

func (f *formatter) newLine() {
	if !f.indent {
		return
	}
	f.dst = append(f.dst, '\n')
	for range f.depth {
		f.dst = append(f.dst, "  "...)
	}
}
