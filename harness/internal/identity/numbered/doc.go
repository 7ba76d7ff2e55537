// Package numbered makes the pseudonyms of names. They have numbers and are not computed: a
// name has too little in it to be hidden by a hash. The number comes from the caller; a
// check, from salt, series and number, tells it from a real value that looks alike (Name 1,
// user1@contoso.example).
//
//	names.Name(numbered.Word, "user", 12, "")  // user12-qzkw
//	names.IsName("user12-qzkw")               // true
//
// Everything is safe for concurrent use: there is no state.
package numbered
