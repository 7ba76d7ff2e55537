// Package testkit runs a package's tests on a machine of their own: what is installed,
// configured or signed in on the machine of whoever runs them is not seen.
//
//	func TestMain(m *testing.M) { os.Exit(testkit.On(m, "git").Run()) }
//
// It promises an environment without a variable that is not listed here, an empty HOME,
// the time zone UTC, and a PATH of one folder that holds the programs that the tests name,
// found once on the PATH outside. What is not installed is missing there too: a test that
// needs it skips. The settings of the go command and the switches of these tests stay.
//
// It does not hide files at fixed places, such as /etc, nor the network. The go command
// is part of the outside, with its caches, proxies and credentials: Go runs it there.
//
// A package whose tests can see the machine has such a TestMain; a test of the module's
// architecture says which do.
package testkit
