// Package display makes of recorded interactions what people look at: exchanges for reports,
// and a cassette as text. What is shown is what the cassette holds; pseudonyms are found by
// their form, so that a reader can distinguish them from real values.
//
// It reads no files, compares nothing and judges nothing. Its functions may be called from
// several goroutines at a time.
//
//	e := display.Of(c, c.Interactions[0])
//	fmt.Println(e.Head()) // GET /v1.0/users 200
package display
