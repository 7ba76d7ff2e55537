// Package drift compares sets of recordings: files, folders, and what git holds of them.
// It pairs them by name, lets package diff say what changed, leaves out what was accepted,
// and makes a report.Suite of the rest.
//
// A Source names one side: a cassette, a folder of them, or "REVISION:PATH" of the git
// repository around the working directory. What git holds is read through the git command,
// each blob once; nothing is checked out.
//
// Metadata is compared by package metadiff (Metadata, MetadataHistory); here is read what git
// holds of it, and reported whether this project uses what changed, what Microsoft's changelog
// says of it, and what was reverted.
//
// Accepted changes are in drift-accept.yaml (Acceptances), by fingerprint, with a reason
// and an end. One whose end is past is a finding, and its change is reported again.
//
// It records nothing (package record does) and signs nobody in. A comparison that could
// not be made is an error or a case that could not be run, never "no change".
//
//	old, err := drift.Open(ctx, "HEAD~3:cassettes/chats")
//	new, err := drift.Open(ctx, "cassettes/chats")
//	suite, err := drift.Compare(old, new, drift.Options{})
package drift
