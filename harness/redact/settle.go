package redact

import (
	"encoding/binary"
	"hash/maphash"
	"slices"

	"github.com/graphvcr/graphvcr/harness/cassette"
)

// A recording is scanned as it is stored, and need not be scanned again when it is
// saved. A scan depends on the text, the rules, and what the ledger answers. That a value
// is known, and its pseudonym, never changes. So a scan that found nothing finds nothing
// later either, unless the ledger has since learned one of the values that the scan asked
// for in vain: words, whole names and domains (in whatever encoding they stood, since the
// scan had decoded them before it asked), or a secret that texts are searched for. A Note
// is the list of those questions.

// Note scans an interaction as Guard does. Nil means that there is something to be
// replaced in it. Else Settled tells from the note, at any time, whether that is so
// still. A note holds hashes of words, with a key that only this Redactor has.
func (r *Redactor) Note(stored *cassette.Interaction) []byte {
	p := r.begin()
	defer r.end(p)
	p.trial, p.noting = true, true
	clean := true
	p.report = func(_, _ string, edits []edit) {
		clean = clean && !p.found(0)
	}
	echoes := p.ledger.echoes.count()
	trial := *stored
	p.interaction(&trial)
	if !clean {
		return nil
	}
	slices.Sort(p.asked)
	p.asked = slices.Compact(p.asked)
	note := binary.AppendUvarint(make([]byte, 0, 3+8*len(p.asked)), uint64(echoes))
	for _, question := range p.asked {
		note = binary.LittleEndian.AppendUint64(note, question)
	}
	return note
}

// Settled reports whether Finish would change nothing in an interaction that this note
// was made of, and Guard would find nothing in it.
func (r *Redactor) Settled(note []byte, stored *cassette.Interaction) bool {
	echoes, size := binary.Uvarint(note)
	if size <= 0 || len(note[size:])%8 != 0 {
		return false
	}
	if int(echoes) != r.ledger.echoes.count() { // each text would have to be searched
		return r.Note(stored) != nil
	}
	return !r.ledger.answers(note[size:])
}

// Saving is how a journal becomes a cassette. Interactions that are settled are neither
// changed nor scanned again. Others, which this Redactor need not have seen, may hold values
// that are news to it and that were let pass before: then saving begins anew.
func (r *Redactor) Saving() cassette.Saving {
	guard, known := r.Guard(), r.ledger.size()
	return cassette.Saving{
		Settled: r.Settled,
		Polish: func(i *cassette.Interaction) {
			p := r.begin()
			p.interaction(i)
			r.end(p)
		},
		Guard: func(c *cassette.Cassette) error {
			if size := r.ledger.size(); len(c.Interactions) == 0 && size != known {
				known = size
				return cassette.ErrAgain
			}
			return guard(c)
		},
	}
}

// size is how many questions are answered.
func (l *ledger) size() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.learned)
}

// question identifies what the ledger is asked: a value in a book.
func (l *ledger) question(book, s string) uint64 {
	var room [128]byte
	return maphash.Bytes(l.key, fold(append(room[:0], book...), s))
}

// answers reports whether one of the questions would find its value now.
func (l *ledger) answers(questions []byte) bool {
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
