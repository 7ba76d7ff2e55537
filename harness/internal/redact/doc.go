// Package redact takes secrets and identity out of interactions before anything is
// stored, and finds where a cassette still holds some.
//
// It fails closed: a text stays only if something says that it is harmless where it stands.
// Package place takes a message apart into texts; package words knows which are the service's
// own. What is stored is final: a text is judged by its place alone, and never because an equal
// one was replaced elsewhere. Of every text a [Redactor] asks, in this order:
//
//   - is it a credential, by the name of its place or by its form: a constant, REDACTED or
//     what that is in the text's format. No rule turns this off;
//   - do the rules keep it ([Rules]);
//   - is it what a file holds, or what nothing could decode: filler, which depends on size
//     and offset alone, so that slices, ranges and the hashes that listings show agree;
//   - is it a token by its place (skip and delta tokens, tokens of links): renamed;
//   - is it harmless there: a word that the table lists for the member, a date, a decimal
//     number at an id, a step of a path;
//   - is it made of ids: their pseudonyms are computed from salt and value, the same in all
//     cassettes of a project, and put together as the ids were;
//   - else it is a name: a person's, a domain's, a file's or any text's.
//
// The files lie in layers, each using only those below it: the table, what values look like (text,
// secrets, harmless), the books of a recording (ledger, previous), and, each with the one before in
// it: a scene, a vocabulary, a renamer, a judge, and a pass over an interaction.
//
// What goes to a host that is neither Graph's nor one of its hosts for files is none of what
// rules speak of: every rule is obeyed there, whatever is switched off.
//
// # Pseudonyms
//
// A value that is replaced has one pseudonym wherever it stands and however it is encoded;
// different values have different ones. Ids keep length and the class of every position, or
// their format where they are composed of others. Names are counted in recorded order, and
// of the value's lexical class: Name 3 qzkw, user1-vmmr@tenant1-hjmx.example, file2-tmwz.docx,
// a number, an address of a network that nobody uses. The letters are a check made from the
// salt, which no real value that looks alike has: redacting twice changes nothing more. Letter
// case counts in names, not in addresses, domains and GUIDs.
//
// An earlier recording ([Options].Previous) is followed place by place: what stands where a
// pseudonym stood gets that pseudonym, fresh ids too, so that the difference of two files
// shows what changed. What changes with every call is a constant of its form.
//
// # Holes and tags
//
// An interaction lists the places of its request where something else than an id was
// replaced (cassette.Hole), by which replay knows what a client may spell otherwise. Of a
// name in a hole 20 bits of a keyed hash are kept, its tag, chosen so that no value fits that
// came before; [Tags] drops those that nothing needs at the end of a recording.
//
// # Leaks
//
// Since a clean cassette is a fixed point of redaction, a leak is what redaction would
// still replace. [Leaks] has therefore no patterns of its own.
//
// What it does not do: it does not read images or documents (their bytes are content), nor
// hide how long a text or how large a file is, nor decimal ids in paths.
//
// Values of interactions that are redacted at the same time are numbered in the order in which
// they are met. But for these numbers the result is a function of the interaction, the rules, the
// salt and the earlier recording.
//
//	r, err := redact.New(redact.Rules{}, redact.Options{Salt: salt})
//	stored, note := r.Record(live)      // live is not changed
//	err = r.Meta(&c.Meta, notes)        // what was done, and the tags
package redact
