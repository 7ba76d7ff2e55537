// Gen makes words.txt, the table of package words, from a folder of Graph's metadata,
// documentation and permissions.
//
//	go run ./gen [-o words.txt] CORPUS
//
// It reads metadata/**.csdl, the pages of docs/ and docs-2/, and permissions/permissions.json below
// CORPUS, adds what it finds to the table that stands, and removes nothing. Where there is no such
// folder it says so and leaves the table as it is. Equal input gives equal bytes.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/graphvcr/graphvcr/harness/internal/words"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("gen", flag.ContinueOnError)
	out := flags.String("o", "words.txt", "the `file` of the table, read and written")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("one folder of metadata and documentation is needed")
	}
	corpus := flags.Arg(0)
	if _, err := os.Stat(corpus); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(os.Stderr, "gen: there is no folder %s: %s stays as it is\n", corpus, *out)
		return nil
	}
	old, err := os.ReadFile(*out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	made, err := generate(os.DirFS(corpus), string(old))
	if err != nil {
		return err
	}
	return os.WriteFile(*out, []byte(made), 0o644)
}

func generate(corpus fs.FS, old string) (string, error) {
	t, err := readTable(old)
	if err != nil {
		return "", fmt.Errorf("read the table that stands: %w", err)
	}
	g := &gatherer{table: t, enums: map[string]set{}, typed: map[string][]place{}, referred: map[string]set{}, prose: newProse()}
	for _, read := range []func(fs.FS) error{g.metadata, g.pages, g.permissions} {
		if err := read(corpus); err != nil {
			return "", err
		}
	}
	g.finish()
	return t.String(), nil
}

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
