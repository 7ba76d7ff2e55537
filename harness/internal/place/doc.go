// Package place takes requests and answers apart: into the plain texts that they hold,
// each with the place where it stands. What stands in an encoding is decoded first: percent
// escapes, literals of OData, JSON and its escapes, JSON and addresses within strings,
// base64 of texts, forms, multipart and MIME, CSV, XML and HTML, quotes around a value. What
// kind a body is, KindOf says, for everybody. Parts of a body are placed by their names.
//
// Recording asks of every text whether it may be stored, and replay lays a request over
// the recorded ones, text by text. Both take it apart here, so that they cannot disagree:
// how a text is read depends on what the message says and on the text alone, never on
// rules or lists that change.
//
// It promises that every byte of a message that is no punctuation of its grammar lies in
// some text, if only as bytes that nothing could decode; that what is not replaced stays as it
// is, byte for byte, and what is replaced is spelled as its place wants; that the place of a
// text does not depend on how a request is spelled (order of options and members, percent
// escapes, users('x') or users/x); that nesting is bounded, and time and memory grow with the
// size alone. What may stay its caller says.
//
//	m := place.Message{Method: "GET", URL: "https://graph.microsoft.com/v1.0/users?$filter=mail eq 'a@contoso.com'"}
//	place.Rewrite(&m, func(l *place.Leaf) (string, bool) {
//		if l.Role == place.Literal {
//			return "user1-vmmr@tenant1-hjmx.example", true // l.Place() is query.$filter#0
//		}
//		return "", false
//	})
//
// Nothing has state; Rewrite is safe for concurrent use with different messages.
package place
