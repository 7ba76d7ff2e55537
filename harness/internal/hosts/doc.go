// Package hosts says which hosts belong to a recording of Microsoft Graph: Graph's own,
// those that the user names, those of a cassette, and those to which answers lead. All
// others are somebody else's: telemetry, checks for versions, a backend of the program's.
// It is one rule for exec, serve and import.
//
//	set := hosts.NewSet()
//	err := set.Name("management.azure.com", "*.vault.azure.net")
//	set.Learn("GET", u, resp.Header, body)   // a downloadUrl, a Location
//	set.Has("contoso-my.sharepoint.com")     // true if an answer led there
//
// It promises that an answer leads a client only where clients follow: [Links] are whole
// values of members that clients follow, at their place in the JSON, and [HeaderLinks]
// those of headers. What is written in a text, such as a chat message, or in a file is
// data, whatever it looks like. A host of this machine, or to sign in with, never belongs.
// A Set is safe for concurrent use.
package hosts
