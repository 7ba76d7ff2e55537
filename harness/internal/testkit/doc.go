// Package testkit is what tests of several packages need: a machine of their own, the
// corpus of real data that may stand beside the repository, golden files, a client of Graph.
//
//	func TestMain(m *testing.M) { os.Exit(testkit.On(m, "git").Run()) }
//
//	file := testkit.Corpus(t, "metadata/v1.0-Prod.csdl") // skips where it is absent
//	testkit.Golden(t, "testdata/suite.text", got)
//	testkit.Archives(t, "testdata/*.txtar", func(t *testing.T, a *testkit.Archive) {
//		a.Want(t, "want", read(a.Section(t, "page")))
//	})
//
// A machine of their own means: an environment without a variable that is not listed here,
// an empty HOME, the time zone UTC, and a PATH of one folder that holds the programs that
// the tests name, found once on the PATH outside. What is not installed is missing there
// too: a test that needs it skips. The settings of the go command and the switches of these
// tests stay. Files at fixed places, such as /etc, and the network are not hidden; the go
// command runs outside, with its caches and proxies. A package whose tests can see the
// machine has such a TestMain; a test of the module's architecture says which do.
//
// With UPDATE_GOLDEN=1 golden files are written instead of compared: read the difference
// before it is committed.
//
// Only tests import it. The functions may be called from parallel tests; an Archive is
// one test's own.
package testkit
