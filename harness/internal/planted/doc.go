// Package planted holds what a recording must not: secrets, identity and content of all
// kinds, and the places of an exchange that each is put in, so that every test which
// looks for leaks looks for the same.
//
//	for _, k := range planted.ByForm() {
//		for place, i := range planted.Positions(k.Value) {
//			stored := redact(i)
//			if strings.Contains(planted.Spellings(stored), strings.ToLower(k.Sought())) { ... }
//		}
//	}
//
// All values are invented or taken from public documentation. It is for tests only
// and does not know how values are replaced. Nothing in it has state.
package planted
