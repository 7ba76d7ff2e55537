// Package format is the vocabulary of Graph's values: one registry of named
// formats (guid, teams-operation-id, chat-id, outlook-id, date-time, skiptoken,
// ...), each with a matcher, where the fact comes from, and real values that do
// and do not match.
//
// The same registry serves JSON Schema's "format", a scenario's "format:", URL
// templates, and everything that must recognise a value's kind. Adding a format
// is one row in the table.
//
// Formats describe shape, never existence. Placeholders of the documentation
// ("id-value", "{id}", "string") match no format, those of opaque tokens and
// bytes aside, but are reported by [IsPlaceholder], so that a check can let them
// pass.
//
// The registry is read-only and safe for concurrent use.
//
//	id, _ := identity.Lookup("teams-operation-id")
//	id.Match("3a6fdce1-c261-48bc-89de-1cfef658c0d5")  // true
//	identity.Recognise("19:c253a29b5f694b55a6baad8e83510af7@thread.v2").Name  // "chat-id"
//	identity.IsPlaceholder("{chat-id}")  // true
package identity
