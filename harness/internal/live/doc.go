// Package live shows a server's requests as they come, on a page of the design of reports:
// what answered each, or why nothing did, beside the nearest recording. What is shown is what
// a cassette holds, or would hold, and of a request without an answer what explains the miss; so
// nothing is shown that may not be stored.
//
// A page keeps the last thousand requests, as references to what the cassettes hold, and makes
// HTML of them only for whoever looks. It may be used by several goroutines at a time.
//
//	page := live.New("users/list")
//	page.See(live.Request{Method: "GET", URL: "/v1.0/users", Answer: answer})
//	http.Handle("/page/", http.StripPrefix("/page/", page))
package live
