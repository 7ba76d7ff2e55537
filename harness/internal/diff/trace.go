package diff

import (
	"fmt"
)

// threads compares what two addresses answered over time, phase by phase.
func (p pair) threads(old, new *thread) {
	if old.write {
		p.writes(old.phases[0].answers, new.phases[0].answers)
		return
	}
	for i := range min(len(old.phases), len(new.phases)) {
		p.phases(old.phases[i].answers, new.phases[i].answers)
	}
}

// writes compares answers to the same write, one by one. Where one recording has more,
// those that fit in neither order are attempts that failed.
func (p pair) writes(old, new []*exchange) {
	for len(old) > 0 && len(new) > 0 {
		switch {
		case old[0].status == new[0].status || len(old) == len(new):
			p.phases(old[:1], new[:1])
			old, new = old[1:], new[1:]
		case len(new) > len(old) && isFailure(new[0]):
			p.transient(old[0], new[0])
			new = new[1:]
		case len(new) > len(old):
			p.phases(old[:1], new[:1])
			old, new = old[1:], new[1:]
		default:
			old = old[1:]
		}
	}
}

func isFailure(e *exchange) bool { return e.status >= 400 }

// phases compares two runs of answers to one request.
func (p pair) phases(old, new []*exchange) {
	was, is := old[len(old)-1], new[len(new)-1]
	if was.status != is.status {
		p.addAt(was, is, difference{
			rule: StatusChanged, where: "status", old: status(was), new: status(is),
			message: fmt.Sprintf("answers %s, was %s", status(is), status(was)),
		})
		return
	}
	p.window(old, new)
	p.states(old, new)
	p.paging(was, is)
	p.latency(was, is)
}
