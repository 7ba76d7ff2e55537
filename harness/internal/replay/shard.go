package replay

import (
	"slices"
	"strings"
	"time"

	"github.com/graphvcr/graphvcr/harness/cassette"
	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

// leastCost is what a scenario costs beside what its cassette took to record.
const leastCost = time.Millisecond

// shard keeps the n-th of total parts of jobs, which are sorted by file. The parts are cut
// from that order, equal in the time that their cassettes took to record: a scenario that
// comes or goes moves those at the cuts and no others. Scenarios that share a cassette stay
// together, so that a shard knows what they leave unused, unless they are more than a part.
func shard(jobs []*job, n, total int) []*job {
	if total <= 1 {
		return jobs
	}
	pieces, whole := piecesOf(jobs, total)
	var kept []*job
	var before time.Duration
	for i, piece := range pieces {
		at := i // where there is a part for each
		if len(pieces) > total {
			at = int(float64(before+piece.cost/2) / float64(whole) * float64(total))
		}
		if before += piece.cost; min(at, total-1) == n-1 {
			kept = append(kept, piece.jobs...)
		}
	}
	slices.SortFunc(kept, func(a, b *job) int { return strings.Compare(a.file, b.file) }) // as all of them are
	return kept
}

// A piece is what one shard gets as a whole.
type piece struct {
	jobs []*job
	cost time.Duration
}

// piecesOf are the jobs by cassette, and what all of them cost.
func piecesOf(jobs []*job, total int) (pieces []piece, whole time.Duration) {
	var files []string
	users := map[string][]*job{}
	for _, j := range jobs {
		if users[j.cassette] == nil || j.cassette == "" {
			files = append(files, j.cassette)
		}
		users[j.cassette] = append(users[j.cassette], j)
	}
	took := make([]time.Duration, len(files))
	_ = wire.Parallel(len(files), 0, func(i int) error {
		took[i] = cassette.RecordedTime(files[i])
		return nil
	})
	for i, file := range files {
		of := users[file]
		if file == "" { // each by itself
			of, users[file] = of[:1], of[1:]
		}
		one := piece{of, took[i] + time.Duration(len(of))*leastCost}
		pieces = append(pieces, one)
		whole += one.cost
	}
	for i := len(pieces) - 1; i >= 0; i-- {
		if one := pieces[i]; len(one.jobs) > 1 && one.cost > whole/time.Duration(total) {
			pieces = append(pieces[:i], append(one.parted(), pieces[i+1:]...)...)
		}
	}
	return pieces, whole
}

// parted is a piece job by job.
func (one piece) parted() []piece {
	parts := make([]piece, len(one.jobs))
	for i, j := range one.jobs {
		j.parted = true
		parts[i] = piece{one.jobs[i : i+1], one.cost / time.Duration(len(one.jobs))}
	}
	return parts
}
