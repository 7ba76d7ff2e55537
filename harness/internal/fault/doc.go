// Package fault is what an error is made of here: a place, a message, what to do
// about it, and a cause.
//
//	err := &fault.Error{
//		Place:   fault.Place{File: "rules.yaml", Line: 3, Column: 5},
//		Message: `the rule has no key "expct"`,
//		Hint:    fault.Meant("expct", []string{"expect"}),
//	}
//	err.Error()      // rules.yaml:3:5: the rule has no key "expct"
//	fault.Hint(err)  // did you mean "expect"?
//
// An [Error] says only what its reader does not know yet: what was being done, to
// what, and what is wrong. It is wrapped and joined as any error is; [Hint] and
// [Find] look through what wraps it. A caller that goes another way for one fault
// asks for a type of its own, which unwraps to an Error; no other package needs a
// type. Several faults of one file are several errors, joined by errors.Join.
//
// How an error is told to a user is package report's business ([report.Problems]).
//
// The package also finds which name was meant by one that is not known ([Meant],
// [Nearest], [Near]), and is where "did you mean" and numbers of things ([Count]) are worded
// and quotations cut ([Clip]).
//
// Errors are plain values, to be changed by whoever made them; everything else is
// pure and safe for concurrent use.
//
// [report.Problems]: https://pkg.go.dev/github.com/graphvcr/graphvcr/harness/report#Problems
package fault
