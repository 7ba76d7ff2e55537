package strictyaml

// mostValues bounds the values of a file, far above what a person writes: each takes a few
// hundred bytes of memory, however short it is.
const mostValues = 300_000

// valuesIn is how many values a file may hold, which its punctuation tells before it is parsed:
// each begins a line, or follows a comma or a bracket. What is in quotes on one line is one.
func valuesIn(data []byte) (n int) {
	var (
		quote byte // of the text that is open
		opens = true
		colon bool // the character before is one
	)
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch {
		case c == '\n':
			n++
			quote, opens = 0, true
		case quote == '"' && c == '\\':
			i++
		case quote != 0:
			switch {
			case c != quote:
			case c == '\'' && i+1 < len(data) && data[i+1] == c: // it stands for one
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
			opens = opens && c == '-' && i+1 < len(data) && data[i+1] == ' '
		}
		colon = c == ':'
	}
	return n
}
