package wire_test

import (
	"fmt"
	"net/http"

	"github.com/graphvcr/graphvcr/harness/internal/wire"
)

func ExampleDecode() {
	retried := http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}}
	plain, left, err := wire.Decode(retried, `{"displayName":"Adele"}`, 1<<20) // labelled, and never compressed
	fmt.Printf("%s %q %v\n", plain, left, err)
	// Output: {"displayName":"Adele"} "" <nil>
}
