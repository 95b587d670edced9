package cli

import (
	"strings"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffhelp"
)

// help returns a command's usage, laid out as the dispatcher's own.
func help(cmd *ff.Command) string {
	all := ffhelp.Help{
		ffhelp.NewUntitledSection("Usage: " + cmd.Usage),
		ffhelp.NewUntitledSection(sentence(cmd.ShortHelp)),
	}
	if cmd.LongHelp != "" {
		all = append(all, ffhelp.NewUntitledSection(cmd.LongHelp))
	}
	if len(cmd.Subcommands) > 0 {
		commands := ffhelp.NewSubcommandsSection(cmd.Subcommands)
		commands.Title = "Commands:"
		all = append(all, commands)
	}
	for _, options := range ffhelp.NewFlagsSections(cmd.Flags) {
		options.Title = "Options:"
		all = append(all, options)
	}
	return strings.TrimSpace(all.String())
}

// sentence makes one of what stands beside a command in a list.
func sentence(short string) string {
	if short == "" {
		return ""
	}
	return strings.ToUpper(short[:1]) + strings.TrimSuffix(short[1:], ".") + "."
}
