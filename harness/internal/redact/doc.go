// Package redact takes secrets and identity out of interactions before anything is
// stored, and tells where a cassette still holds some.
//
// A [Redactor] serves one recording. It replaces three classes of values: secrets
// (always), identity and content (unless [Rules] turn the class, or one rule, off).
// The pseudonym of a value is the same wherever the value occurs: in paths, queries,
// headers, JSON at any depth, JSON inside strings, links, batches, forms and messages,
// in every encoding. Text is rewritten in place: what is not replaced keeps its bytes.
//
// # Pseudonyms
//
// Redacting twice changes nothing more, with a redactor that has seen nothing before
// too, because every pseudonym can be told from a real value by itself:
//
//   - ids (GUIDs, threads, drives, Outlook items, page tokens, the tokens of links) are
//     computed from the salt and the value, and keep their length and the class of every
//     position. A checksum tells them from real ones;
//   - names are counted: user1-vmmr@tenant1-hjmx.example, "Name 1 vvky", value3-ypjq. Four
//     letters, made from the salt, tell them from real ones. Where they stand in a request
//     is a hole, and tags keep 20 bits of them;
//   - secrets that nothing follows from are REDACTED, or what that is in their format;
//     bytes are a filler that depends on size and offset only.
//
// Numbers count in recorded order. Who has the salt can confirm a value that they guess: a
// name in a hole to 20 bits, an id whole.
//
// Base64 ids that hold a GUID, and security identifiers made of one, are decoded,
// renamed and encoded again: they keep their format, not the class of each position.
//
// # Leaks
//
// Since a clean cassette is a fixed point of redaction, a leak is what redaction would
// still replace. [Leaks] has therefore no patterns of its own.
//
// # Bodies
//
// How a body is read is decided once, by its type and its text: as JSON, a form, the parts
// of a multipart body, a table, text, or as a file's bytes, which are content. Where that
// rule is off, files that are text are still searched for secrets. Tables are CSV and its
// like, and the reports of usage whatever type they have: a column's name is the rule for
// its cells, quoted or not; in a record with more cells than columns each cell is treated as
// one of the columns before it; all other cells, the names of columns too, are any text.
// Cells that are not replaced keep their bytes.
//
// What it does not do: it does not read images or documents (their bytes are content),
// nor guess that a word in free text is somebody's name.
//
// A Redactor is safe for concurrent use; interactions that are redacted at the same
// time are numbered in the order in which their values are met.
//
// A recording is scanned as it is stored (Note), so that saving it need not look again at
// what nothing that was learned since can concern (Settled, Saving).
//
//	r, err := redact.New(redact.Rules{}, redact.Options{})
//	stored := r.Interaction(live)       // live is not changed
//	r.Finish(c)                         // values that were recognised only later
//	err = c.Save(file, r.Guard())       // refuses what would still leak
package redact
