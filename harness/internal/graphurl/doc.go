// Package graphurl knows the grammar of Microsoft Graph's URLs: the version, path
// segments, keys in both syntaxes (users('x') and users/x), functions and casts,
// drive colon paths, $batch, and query options that may hold semicolons. It turns
// any spelling of one address into one canonical form, and an address into its
// template, in which ids are replaced by their kind.
//
// It never uses net/url's Query, which drops options that hold ';', and it never
// folds the letter case of an id: entity ids are case-sensitive
// (concepts/call-api). It does not know which paths exist; that is metadata's
// business.
//
// All functions are pure and safe for concurrent use.
package graphurl
