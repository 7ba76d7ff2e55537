package planted

import "strings"

// A Search looks for many texts at once, in any encoding and letter case.
type Search struct {
	byHead map[string][]string // lower case, by their first bytes
	names  map[string]string
}

// shortest is how long a text is that is not met by chance.
const shortest = 7

// NewSearch looks for what must not be found of kinds. What is so short that it stands
// somewhere by chance is not looked for.
func NewSearch(kinds []Kind) *Search {
	s := &Search{byHead: map[string][]string{}, names: map[string]string{}}
	for _, k := range kinds {
		needle := strings.ToLower(k.Sought())
		if len(needle) < shortest || s.names[needle] != "" {
			continue
		}
		s.names[needle] = k.Name + " " + k.Member
		s.byHead[needle[:shortest]] = append(s.byHead[needle[:shortest]], needle)
	}
	return s
}

// In tells what a text holds, line by line and in whatever it is encoded: the kind, with the
// text around it.
func (s *Search) In(text string) (found []string) {
	for line := range strings.Lines(text) {
		for _, plain := range Decoded(line) {
			found = append(found, s.plain(plain)...)
		}
	}
	return found
}

func (s *Search) plain(text string) (found []string) {
	text = strings.ToLower(text)
	for at := 0; at+shortest <= len(text); at++ {
		for _, needle := range s.byHead[text[at:at+shortest]] {
			if strings.HasPrefix(text[at:], needle) {
				found = append(found, s.names[needle]+": "+text[max(0, at-80):min(len(text), at+len(needle)+20)])
			}
		}
	}
	return found
}
