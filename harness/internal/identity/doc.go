// Package identity is the vocabulary of Graph's values: which shapes they have, how ids
// are found by their form, and what may stand in their place.
//
// # Formats
//
// One registry of named formats (guid, chat-id, date-time, skiptoken, ...) serves JSON Schema's
// "format", a scenario's "format:", URL templates, and everything that must recognise a value's
// kind. Adding one is one row in the table; where the fact comes from, and real values that do
// and do not match, stand in testkit/formats.txt, which tests read. Formats describe shape,
// never existence. Placeholders of the documentation ("id-value", "{id}", "string") match no
// format, those of opaque tokens and bytes aside; [IsPlaceholder] tells them.
//
//	id, _ := identity.Lookup("teams-operation-id")
//	id.Match("3a6fdce1-c261-48bc-89de-1cfef658c0d5")  // true
//	identity.Recognise("19:c253a29b5f694b55a6baad8e83510af7@thread.v2").Name  // "chat-id"
//
// # Ids
//
// [Rewrite] finds every id in a text by its form alone, an atom at a time: composite ids
// (a chat of two people, a security identifier, b! and 01 of drives, GUIDs as bytes in
// base64) are taken apart and put together again. A [Faker] computes the pseudonym of an
// atom from a salt: the same for the same value, of the same shape, and with a checksum by
// which it is distinguished from a real id. Names have numbered pseudonyms ([Faker.Name]),
// which a check made from the salt distinguishes from real ones.
//
//	faker := identity.NewFaker(salt)
//	faker.Text("/users/8ea0e38b-efb3-4757-924a-5f94061cf8c2")  // the id's pseudonym in it
//	faker.Text(faker.Text(s)) == faker.Text(s)                 // always
//
// It does not say which values may be stored, nor remember any. All of it is read-only and
// safe for concurrent use.
package identity
