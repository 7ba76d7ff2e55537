// Package session answers the requests of a client of any kind by cassettes: a server's, a
// wrapped program's, a test's. A session replays, records, or records what a replay lacks
// (packages replay and record).
//
//	s, err := session.Open(p, session.Options{Mode: session.Replay, Cassettes: names})
//	client := &http.Client{Transport: s.Transport()}
//	...
//	result := s.End()
//
// A Session is safe for concurrent use until it ends.
package session
