package fault

import "fmt"

// Count is a number and what there are so many of: "1 request", "3 requests".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
