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
//   - ids (GUIDs, threads, drives, Outlook items, page tokens, the tokens of links) keep
//     their length and the class of every position (hexadecimal letters stay such, and
//     others others). The last positions, twelve or half of a short one, are a checksum
//     of those before: a real id passes for a pseudonym once in 10^9 or more, a short
//     one once in 10^4. What has fewer than eight letters and digits is filled with a, g
//     and 0;
//   - people are userN@contoso.example, names "Name N", other words a word and a
//     number, domains end in .example, which RFC 2606 keeps free, and phone numbers
//     are zeros but for the last four digits;
//   - secrets that nothing follows from are REDACTED, or what that is in their format;
//     content is a filler that depends on nothing but its length.
//
// Numbers count in recorded order, nothing is computed from the original, and the
// checksum has no key: a cassette says nothing about the values that it stood for but
// their shape. Two ids that differ in letter case only keep differing so.
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
