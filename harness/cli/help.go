package cli

import "github.com/spf13/cobra"

const sealedLong = `What a cassette says about you.

A text stays in a cassette only if something says that it is harmless where it stands:
names of members, types and paths that Graph's metadata or documentation has, words that
they list for a member, numbers, truths, dates, error codes, ids that every tenant has,
Microsoft's hosts, and what rules.yaml keeps. All else is replaced:

  credentials   by constants: REDACTED
  ids           by ids of the same form, computed from the salt and the value
  names         people, addresses, hosts, file names and whatever nothing knows: by a word,
                a number and a check: user1-vmmr@tenant1-hjmx.example, "Name 1 vvky",
                value3-ypjq; a member's name that nobody knows by member1-hmpv
  bytes         files and photos: by filler of the same size

One value has one pseudonym in a recording, ids have one in the whole project. A text that
holds a value among other words is replaced as a whole.

The cassette lists the holes of each request, which are the places where something other
than an id was replaced, and tags: 20 bits of each name there, to tell requests apart that
differ in names alone. Both carry a checksum: after an edit by hand, graphvcr redact seals
the file again.

Pseudonyms of ids and tags are computed from the salt, 64 hexadecimal digits in
cassettes/salt. The first record, import or redact makes it. Commit it with the cassettes:
nothing replays without it. Who has it can confirm a guess: a name to 20 bits where it
stands in a hole, an id if they know it already. To keep it secret, remove the file and set
GRAPHVCR_SALT to what it held; programs under graphvcr exec see neither it nor
GRAPHVCR_TOKEN.

Rules, in cassettes/rules.yaml:

  redact:
    identity: off            # this tenant holds only invented people
    content: off             # and nothing that anybody wrote
    unknown: keep            # what nothing knows stays
    tags: off                # keep no bits of names
    keep: [things]           # values that stay
    keep-members: [status]   # members whose values stay
    keep-headers: [date]     # what changes with every call, and is a constant otherwise
    keep-fresh: true         # recorded again: ids and instants that are new stay so

The first record of a project asks on a terminal which of these the tenant is, and writes
the file. The end of a recording names the members that were replaced only because nothing
says that they are harmless, with the line that keeps them. graphvcr lint --redaction tells
what the cassettes say about each value.
`

// newSealed is a page of help, no command.
func newSealed() *cobra.Command {
	return &cobra.Command{
		Use:     "sealed",
		Short:   "What a cassette says about you",
		Long:    sealedLong,
		Example: "  graphvcr lint cassettes\n  graphvcr redact cassettes",
	}
}
