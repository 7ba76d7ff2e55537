// Package quiet opens the connections to a live service so that nothing which comes over
// them reaches a log.
//
// What a server sends on a connection that no request is under way on, net/http prints to
// the standard logger of the program, bytes and all, and there is no hook for it (readLoop
// in net/http/transport.go). Those bytes may be an answer that came twice, tokens included.
// A connection that this package opens hands over no byte beyond the answer that was asked
// for, and ends in silence when more come. Errors quote no more than the beginning of what
// came in the place of an answer.
//
//	rt := quiet.Over(http.DefaultTransport)
package quiet
