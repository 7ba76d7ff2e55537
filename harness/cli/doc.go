// Package cli is the command graphvcr: its flags, and how they wire the doors together.
//
// It promises what scripts rely on: the command line, the exit statuses, results on
// standard output and talk on standard error. A file holds a subcommand.
//
// It decides nothing that a door decides: what a flag means is said in the package that the
// subcommand is about.
//
// Run may be called concurrently, with streams of its own each time; Main is for a process.
//
//	status := cli.Run(ctx, []string{"replay", "scenarios/teams"}, cli.Streams{Out: os.Stdout, Err: os.Stderr})
package cli
