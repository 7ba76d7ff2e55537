// Package laws measures whether a redacted cassette is sealed and still whole: whether
// every recorded request gets its own recorded answer from a client that sends what the
// replay gave it, and its own values elsewhere.
//
// A [Client] knows the recording as it was before redaction. It sends the recorded requests
// again, in recorded order, in another, or at once, with each value that an earlier answer
// of this replay gave it in place of the one that the recorded answer gave; and it knows
// from which interaction each answer came. [Tally] counts own, wrong and missed.
//
// It is for tests only: it judges whatever records and replays, and knows neither how values
// are replaced nor how requests are matched.
package laws
