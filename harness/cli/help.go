package cli

import (
	"embed"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

//go:embed help
var helpFiles embed.FS

// describe gives a command and those below it their texts in help/commands: what they do, and
// examples. What a command says itself stands below the text.
func describe(cmd *cobra.Command) {
	file := path.Join("help", "commands", strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".txt")
	if text, err := helpFiles.ReadFile(file); err == nil {
		about, examples, _ := strings.Cut(string(text), "Examples:\n")
		if about != "" {
			cmd.Long = strings.TrimRight(about, "\n") + "\n" + cmd.Long
		}
		cmd.Example = strings.TrimRight(examples, "\n")
	}
	for _, sub := range cmd.Commands() {
		describe(sub)
	}
}

// topics are the pages of help/, in the order of the list.
var topics = []string{"scenario", "rules", "matching", "redaction", "clients", "drift", "schemas", "ci", "exit-codes"}

// topicText is a page as it is written, in Markdown; "" where there is none.
func topicText(topic string) string {
	if topic == "sealed" { // what the page was called
		topic = "redaction"
	}
	text, err := helpFiles.ReadFile(path.Join("help", topic+".md"))
	if err != nil {
		return ""
	}
	return string(text)
}

// newHelp shows a topic, or the help of a command. A topic comes before a command of its
// name, whose own help is COMMAND --help.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [TOPIC|COMMAND]",
		Short:   "Show a help topic, or the help of a command",
		Long:    "Shows a help topic, or the help of a command.\n\nTopics:\n" + topicList(),
		Example: "  graphvcr help scenario\n  graphvcr help record",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			all := slices.Clone(topics)
			for _, c := range cmd.Root().Commands() {
				if c.IsAvailableCommand() {
					all = append(all, c.Name())
				}
			}
			return all, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				if text := topicText(args[0]); text != "" {
					_, err := io.WriteString(cmd.Root().OutOrStdout(), plainText(text)+seeAlso(cmd.Root(), args[0]))
					return err
				}
			}
			of, rest, err := cmd.Root().Find(args)
			if err != nil || of == nil || len(rest) > 0 {
				return unknownTopic(cmd.Root(), strings.Join(args, " "))
			}
			return of.Help()
		},
	}
}

func unknownTopic(root *cobra.Command, asked string) error {
	f := &fault.Error{Message: fmt.Sprintf("help: there is no topic or command %q", asked), Hint: "the topics are " + strings.Join(topics, ", ") + "; graphvcr --help lists the commands"}
	known := slices.Clone(topics)
	for _, c := range root.Commands() {
		known = append(known, c.Name())
	}
	if near := fault.Nearest(asked, known); near != "" {
		f.Hint = fault.DidYouMean(near)
	}
	return f
}

// seeAlso leads from a topic to the command of its name.
func seeAlso(root *cobra.Command, topic string) string {
	for _, c := range root.Commands() {
		if c.Name() == topic {
			return "\nFlags: " + c.CommandPath() + " --help\n"
		}
	}
	return ""
}

// topicList is a line for each topic.
func topicList() string {
	var b strings.Builder
	for _, topic := range topics {
		title, _, _ := strings.Cut(strings.TrimPrefix(topicText(topic), "# "), "\n")
		if _, about, ok := strings.Cut(title, ": "); ok {
			title = about
		}
		fmt.Fprintf(&b, "  %-12s %s\n", topic, title)
	}
	return b.String()
}

// plainText is a page for a terminal: headings without their marks, what is fenced in
// indented.
func plainText(markdown string) string {
	var b strings.Builder
	fenced := false
	for line := range strings.Lines(markdown) {
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced && strings.TrimSpace(line) != "":
			b.WriteString("    " + line)
		case !fenced && strings.HasPrefix(line, "#"):
			b.WriteString(strings.TrimLeft(line, "# "))
		default:
			b.WriteString(line)
		}
	}
	return b.String()
}
