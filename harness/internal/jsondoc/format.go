package jsondoc

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
