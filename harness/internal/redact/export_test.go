package redact

import "github.com/graphvcr/graphvcr/harness/cassette"

// Interaction is Record without the note.
func (r *Redactor) Interaction(i *cassette.Interaction) *cassette.Interaction {
	stored, _ := r.Record(i)
	return stored
}
