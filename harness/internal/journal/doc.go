// Package journal keeps a recording on disk while it is made: what was recorded survives
// whatever ends the process, and becomes a cassette when the recording is over.
//
//	j, err := journal.Create("cassettes/x.yaml") // x.yaml.journal; fs.ErrExist when there is one
//	err = j.Append(0, journal.NoRetry, interaction, note)
//	left, err := j.Save("cassettes/x.yaml", meta, journal.Saving{Clean: true})
//	err = j.Remove()
//
// A journal is append only, each record checksummed and written by one write. A killed
// process loses nothing that Append returned from; a power cut loses a second. What a
// kill left half written, or a disk damaged, is reported ([Torn]) and costs no record behind
// it. Interactions are final when they are appended, and stand as the cassette has them
// ([cassette.Encoder]), but for their numbers: to end a recording is to copy them. One that
// cannot be stored costs itself, not the recording ([LeftOut]). A note beside each is for
// whoever appended it ([Journal.Notes]).
//
// It redacts nothing: what it is given is what it holds. How a cassette looks is package
// cassette's business.
//
// A [Journal] is safe for concurrent use; two processes never write one.
package journal
