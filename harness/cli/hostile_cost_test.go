package cli

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// costFile names the variable with the file that a command under test writes to what it
// cost. What wait4 says includes the test's own memory, as it was when it started the command,
// and the work of programs that the command has run.
const costFile = "GRAPHVCR_TEST_COST"

// measured runs the command, and adds a line of the most memory that it had, in kB, and of its
// processor time, in hundredths of a second.
func measured(command func() int) int {
	status := command()
	file, err := os.OpenFile(os.Getenv(costFile), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return status
	}
	defer file.Close()
	about, _ := os.ReadFile("/proc/self/status")
	_, peak, _ := strings.Cut(string(about), "VmHWM:")
	stat, _ := os.ReadFile("/proc/self/stat")
	_, after, _ := strings.Cut(string(stat), ") ") // the program's name, which may hold anything but this
	var kb, user, system int
	_, _ = fmt.Sscan(peak, &kb)
	if fields := strings.Fields(after); len(fields) > 12 {
		user, _ = strconv.Atoi(fields[11])
		system, _ = strconv.Atoi(fields[12])
	}
	fmt.Fprintln(file, kb, user+system)
	return status
}
