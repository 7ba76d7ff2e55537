package cassette

import (
	"bufio"
	"bytes"
	"time"

	"github.com/graphvcr/graphvcr/harness/internal/plainfile"
)

// RecordedTime is how long the answers of a cassette file took, all together, read without
// loading it: an estimate of what a use of it costs, the same for the same file, and 0 where
// the file does not say. Nothing is checked.
func RecordedTime(file string) time.Duration {
	f, err := plainfile.Open(file)
	if err != nil {
		return 0
	}
	defer f.Close()
	sums := map[int]time.Duration{} // by indentation: bodies lie deeper than the field
	least := 0
	in := bufio.NewReaderSize(f, 64<<10)
	for {
		line, err := in.ReadSlice('\n')
		if d, indent, ok := durationLine(line); ok {
			if least == 0 || indent < least {
				least = indent
			}
			sums[indent] += d
		}
		for err == bufio.ErrBufferFull { // the rest of a line that is none of ours
			_, err = in.ReadSlice('\n')
		}
		if err != nil {
			return sums[least]
		}
	}
}

// longestDuration bounds what one answer counts for, so that no sum overflows.
const longestDuration = 24 * time.Hour

// durationLine reads a line "      duration: 1.5s".
func durationLine(line []byte) (d time.Duration, indent int, ok bool) {
	field := bytes.TrimLeft(line, " ")
	value, ok := bytes.CutPrefix(field, []byte("duration: "))
	if !ok || len(field) == len(line) || len(value) > 40 {
		return 0, 0, false
	}
	d, err := time.ParseDuration(string(bytes.TrimSpace(value)))
	if err != nil {
		return 0, 0, false
	}
	return min(max(d, 0), longestDuration), len(line) - len(field), true
}
