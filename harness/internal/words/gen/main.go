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
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
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
