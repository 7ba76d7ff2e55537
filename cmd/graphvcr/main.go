// Command graphvcr replays recorded Microsoft Graph exchanges offline and checks
// every response against schemas and expectations. graphvcr --help tells more.
package main

import (
	"io"
	"log"
	"os"

	"github.com/graphvcr/graphvcr/harness/cli"
)

func main() {
	// What net/http has to say of its peers, it says here, perhaps with what they sent.
	log.SetOutput(io.Discard)
	os.Exit(cli.Main())
}
