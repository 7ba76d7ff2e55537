// Package testkit is what tests of several packages need: the corpus of real data that
// may stand beside the repository, and golden files.
//
//	file := testkit.Corpus(t, "metadata/v1.0-Prod.csdl") // skips where it is absent
//	testkit.Golden(t, "testdata/suite.text", got)
//	testkit.Archives(t, "testdata/*.txtar", func(t *testing.T, a *testkit.Archive) {
//		a.Want(t, "want", read(a.Section(t, "page")))
//	})
//
// With UPDATE_GOLDEN=1 golden files are written instead of compared: read the difference
// before it is committed.
//
// Only tests import it. The functions may be called from parallel tests; an Archive is
// one test's own.
package testkit
