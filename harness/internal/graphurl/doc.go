// Package graphurl knows the grammar of Microsoft Graph's URLs: the version, path
// segments, keys in both syntaxes (users('x') and users/x), functions and casts,
// drive colon paths, $batch, and query options that may hold semicolons. It turns
// any spelling of one address into one canonical form, and an address into its
// template, in which ids are replaced by their kind:
//
//	https://graph.microsoft.us/v1.0/Users('o''brien%40contoso.com')/messages/?top=5&$select=subject,id
//	//graph/v1.0/users/o'brien@contoso.com/messages?$select=id,subject&$top=5
//	/v1.0/users/{upn}/messages
//
// It promises that the canonical form is its own canonical form, is the same for
// every spelling of an address, and is another for any other id, option or value.
//
// It never uses net/url's Query, which drops options that hold ';', and it never
// folds the letter case of an id: entity ids are case-sensitive (concepts/call-api), but
// for the names that Outlook gives to folders. Nothing in a path distinguishes ids from
// words, so words are known by a list of the names that Graph's metadata declares
// (words.txt). A word that is not in the list keeps its case: at worst a request that is
// spelled otherwise finds no recording, and never another's.
//
// The paths of other hosts are not Graph's: only their encoding is made one, and
// their options are sorted by name.
//
// It does not know which paths exist; that is metadata's business.
//
// All functions are pure and safe for concurrent use.
package graphurl
