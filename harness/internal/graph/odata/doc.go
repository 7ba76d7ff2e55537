// Package odata has the names that OData gives members and types, and says which members
// hold links that clients follow: graph's facts about answers.
//
//	odata.IsFollowedMember("members@odata.nextLink") // true
//	odata.OwnName("Colors@odata.type")               // "Colors"
//	odata.ElementOf("Collection(Edm.String)")        // "Edm.String", true
//
// Everything is safe for concurrent use: there is no state.
package odata
