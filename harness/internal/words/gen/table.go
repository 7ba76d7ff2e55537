package main

import (
	"bufio"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/words"
)

// A set is of words by their lower case, in the first of their spellings.
type set map[string]string

func newSet(words string) set {
	s := set{}
	for w := range strings.FieldsSeq(words) {
		s.add(w)
	}
	return s
}

func (s set) add(word string) {
	key := strings.ToLower(word)
	if old, ok := s[key]; !ok || word < old {
		s[key] = word
	}
}

func (s set) has(word string) bool {
	_, is := s[strings.ToLower(word)]
	return is
}

func (s set) sorted() []string {
	list := make([]string, 0, len(s))
	for _, key := range slices.Sorted(maps.Keys(s)) {
		list = append(list, s[key])
	}
	return list
}

type table struct {
	lists  map[string]set // by section: words that stand alone
	values map[string]set // by member, or parent/member, in lower case
	names  set            // spellings of the keys of values
}

func (t *table) list(section string) set {
	if t.lists[section] == nil {
		t.lists[section] = set{}
	}
	return t.lists[section]
}

func (t *table) value(member, value string) {
	key := strings.ToLower(member)
	if t.values[key] == nil {
		t.values[key] = set{}
	}
	t.names.add(member)
	t.values[key].add(value)
}

func readTable(text string) (*table, error) {
	t := &table{lists: map[string]set{}, values: map[string]set{}, names: set{}}
	for section, line := range words.Lines(text) {
		switch {
		case section == "":
			return nil, fmt.Errorf("line before the first section: %q", line)
		case section == words.SectionValues:
			member, values, _ := strings.Cut(line, "\t")
			for v := range strings.SplitSeq(values, "\t") {
				t.value(member, v)
			}
		default:
			t.list(section).add(line)
		}
	}
	return t, nil
}

func (t *table) String() string {
	var b strings.Builder
	w := bufio.NewWriter(&b)
	fmt.Fprintln(w, "# Made by gen; words are only ever added. What a line means: table.go.")
	for _, section := range slices.Sorted(maps.Keys(t.lists)) {
		fmt.Fprintf(w, "[%s]\n", section)
		for _, word := range t.lists[section].sorted() {
			fmt.Fprintln(w, word)
		}
	}
	fmt.Fprintf(w, "[%s]\n", words.SectionValues)
	for _, member := range t.names.sorted() {
		fmt.Fprintf(w, "%s\t%s\n", member, strings.Join(t.values[strings.ToLower(member)].sorted(), "\t"))
	}
	w.Flush()
	return b.String()
}
