package redact

import (
	"encoding/binary"
	"hash/maphash"
	"slices"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// Before a recording is saved, all that is stored of it is scanned: what redaction would
// still replace must not reach a cassette. A scan depends on the text, the rules and what
// the ledger answers. That a value is known, and what its pseudonym is, never changes. So a
// scan that found nothing finds nothing later either, unless the ledger has since learned
// one of the values that the scan asked for in vain (words, whole names and domains, in
// whatever encoding they stood, since a scan decodes before it asks), or a secret that
// texts are searched for. A note is the list of those questions: with it, an interaction
// is scanned while the recording goes on, and need not be when it is saved.

// scannedLater is the size of an interaction below which the client does not wait for its
// scan: saving a thousand such takes a few hundredths of a second.
const scannedLater = 8 << 10

// Note scans an interaction that Interaction returned, unless it is a small one, and
// returns what Settled wants to know of it: hashes of words, with a key that only this
// Redactor has, or nil.
func (r *Redactor) Note(stored *cassette.Interaction) []byte {
	if len(stored.Request.Body)+len(stored.Response.Body) < scannedLater {
		return nil
	}
	p := r.begin()
	defer r.end(p)
	echoes := p.ledger.echoes.count()
	p.noting = true
	if !p.isClean(stored) {
		return nil
	}
	slices.Sort(p.asked)
	p.asked = slices.Compact(p.asked)
	note := binary.LittleEndian.AppendUint64(make([]byte, 0, 8*(2+len(p.asked))), r.ledger.mark())
	note = binary.LittleEndian.AppendUint64(note, uint64(echoes))
	for _, question := range p.asked {
		note = binary.LittleEndian.AppendUint64(note, question)
	}
	return note
}

// isClean reports whether there is nothing to be replaced in an interaction.
func (p *pass) isClean(i *cassette.Interaction) bool {
	clean := true
	p.trial = true
	p.report = func(_, _ string, edits []edit) { clean = clean && !p.found(0) }
	trial := *i
	p.interaction(&trial)
	return clean
}

// Settled reports whether there is nothing to be replaced in an interaction, by all that
// is known now: Finish would change nothing, and Guard find nothing. The note is what Note
// returned for it; one that another Redactor made is worth nothing.
func (r *Redactor) Settled(note []byte, stored *cassette.Interaction) bool {
	if len(note) >= 16 && binary.LittleEndian.Uint64(note) == r.ledger.mark() &&
		binary.LittleEndian.Uint64(note[8:]) == uint64(r.ledger.echoes.count()) {
		return !r.ledger.answersAny(note[16:])
	}
	p := r.begin()
	defer r.end(p)
	return p.isClean(stored)
}

// mark tells this ledger's questions from another's.
func (l *ledger) mark() uint64 { return l.question("", "") }

// question identifies what the ledger is asked: a value in a book.
func (l *ledger) question(book, s string) uint64 {
	var room [128]byte
	return maphash.Bytes(l.key, fold(append(room[:0], book...), s))
}

// answersAny reports whether one of the questions would find its value now.
func (l *ledger) answersAny(questions []byte) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for ; len(questions) >= 8; questions = questions[8:] {
		if _, known := l.learned[binary.LittleEndian.Uint64(questions)]; known {
			return true
		}
	}
	return false
}

// missed notes a question that the ledger could not answer.
func (p *pass) missed(book, s string) {
	if p.noting {
		p.asked = append(p.asked, p.ledger.question(book, s))
	}
}
