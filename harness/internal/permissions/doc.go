// Package permissions reads Microsoft's permissions file (its format is Kibali's): which
// permissions each method of each path of Graph takes, by kind of token, and which of them are
// the least privileged.
//
//	all, err := permissions.Load("schemas/permissions.json")
//	need, ok := all.Of("GET", "https://graph.microsoft.com/v1.0/users/1/memberOf")
//	need.Delegated // [User.Read User.ReadBasic.All ...], the least privileged first
//
// It promises to say of a request what the file says, and nothing else: paths compare as Graph
// does, without regard to letter case, key syntax, the spelling of ids and the namespaces of
// operations; a path that the file does not have is not covered. Where it has none with $ref,
// $value or $count, the path before that counts.
//
// The file says nothing of versions of the API, and this package nothing of tokens. A Map is
// immutable and safe for concurrent use.
package permissions
