// Package csdl reads the metadata that Graph publishes about itself: OData's Common
// Schema Definition Language, version 4.0, in XML.
//
// A [Model] holds the types (entity, complex, enum), the operations with all their
// overloads, and what the container offers (entity sets, singletons, imports).
// Names are full ones: aliases and type definitions are resolved. Of the
// annotations it keeps those that say something about values and requests:
// Revisions, Computed, AlternateKeys, OptionalParameter.
//
// It promises that memory is bounded by the text that is read, at most [MaxSize]
// bytes, whatever the text holds: nesting and the size of one tag have limits,
// document type declarations are refused, entities are never expanded. What is
// not known is a [Warning] with its line and is skipped; what cannot be right (a
// text that is cut, a type that derives from itself) is an [Error].
//
// It fetches nothing, not even what edmx:Reference names, and it does not say how
// types look in JSON; packages generate and route do.
//
//	model, err := csdl.Load("v1.0.csdl")
//	user := model.Types["microsoft.graph.user"]
//	user.Base  // "microsoft.graph.directoryObject"
//
// Parse and Load are safe for concurrent use, and so is a Model that nobody changes.
package csdl
