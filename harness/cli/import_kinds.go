package cli

import (
	"github.com/graphvcr/graphvcr/harness/internal/importer"
	"github.com/graphvcr/graphvcr/harness/internal/judge"
)

func importKinds() []importKind {
	return []importKind{
		{
			name: "vcrpy", short: "Import recordings of vcrpy (Python)",
			long:       "Turns recordings of vcrpy (YAML) into cassettes and scenarios.\n",
			examples:   []string{"tests/recordings/test_chats.yaml --out .", "tests/recordings --out /tmp/imported --report json"},
			extensions: []string{".yaml", ".yml"},
			note:       recordedNote,
			hosts:      true,
			read:       readKind(importer.KindVCRPy),
		},
		{
			name: "rubyvcr", short: "Import cassettes of Ruby's VCR",
			long:       "Turns cassettes of Ruby's VCR (YAML or JSON, from 2.0 on) into cassettes and scenarios.\n",
			examples:   []string{"spec/cassettes --out ."},
			extensions: []string{".yml", ".yaml", ".json"},
			note:       recordedNote,
			hosts:      true,
			read:       readKind(importer.KindRubyVCR),
		},
		{
			name: "har", short: "Import HTTP archives (HAR) of browsers, Fiddler, Charles, Polly.js",
			long: `Turns HTTP archives (HAR files of browsers, Fiddler, Charles, Dev Proxy, Polly.js and
other tools) into cassettes and scenarios. Save an archive with content and while the page
is open: an answer whose body is not in the file is left out and told. Credentials,
CORS preflights, tunnels and WebSockets stay behind, with a count.
`,
			examples:   []string{"graph-explorer.har --out .", "captures --out /tmp/imported --report json"},
			extensions: []string{".har"},
			note:       recordedNote,
			hosts:      true,
			read:       readKind(importer.KindHAR),
		},
		{
			name: "devproxy", short: "Import mocks of Dev Proxy",
			long: `Turns files of Dev Proxy's mocks into cassettes and scenarios. A mock answers a pattern: it
is imported as the example that it gives, or with a word in the place of each asterisk.
What a request has to hold is in no mock, so that the requests that write bring nothing;
a client of yours needs a rule for that: match: [{on: "POST *", ignore: [body]}].
`,
			examples:   []string{"mocks.json --out ."},
			extensions: []string{".json"},
			note:       recordedNote,
			hosts:      true,
			read:       readKind(importer.KindDevProxy),
		},
		{
			name: "autorest", short: "Import recordings of PowerShell modules (AutoRest)",
			long:       "Turns recordings of PowerShell modules that AutoRest generated (*.Recording.json) into\ncassettes and scenarios.\n",
			examples:   []string{"test --out .", "test/Get-MgUser.Recording.json --out ."},
			extensions: []string{".recording.json"},
			note:       recordedNote,
			hosts:      true,
			read:       readKind(importer.KindAutoRest),
		},
		docsKind(),
	}
}

// readKind reads recordings of a kind.
func readKind(kind importer.Kind) func(*judge.Pages, importer.Reader, string, string, cleaner) (*importer.Result, error) {
	return func(_ *judge.Pages, r importer.Reader, file, name string, clean cleaner) (*importer.Result, error) {
		return r.Read(kind, file, name, clean)
	}
}
