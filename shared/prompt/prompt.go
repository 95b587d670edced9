// Package prompt asks a person at a terminal. Questions appear on stderr, so
// that stdout holds results alone.
package prompt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/huh"
	"github.com/charmbracelet/lipgloss"

	"github.com/arkorlab/arkor-go/shared/cli"
	_ "github.com/arkorlab/arkor-go/shared/prompt/background" // before bubbletea
	"github.com/arkorlab/arkor-go/shared/prompt/plain"
)

// Option is one answer to choose from.
type Option struct {
	Label string
	Hint  string // what choosing it means, "" for nothing
}

func (o Option) String() string {
	if o.Hint == "" {
		return o.Label
	}
	return o.Label + ": " + o.Hint
}

// visible is how many options are shown at once. huh scrolls a longer list so
// that the cursor is at the top, which is why short ones are shown whole.
const visible = 15

// Select asks for one of options and returns its index. Where nobody is there
// to ask, the preselected one is taken. Its error is cli.ErrCancelled when the
// person left, and the cause of ctx when that ended.
func Select(ctx context.Context, env cli.Env, question string, options []Option, preselected int) (int, error) {
	if !env.Interactive() {
		return preselected, nil
	}
	if isPlain(env) {
		labels := make([]string, len(options))
		for i, o := range options {
			labels[i] = o.String()
		}
		return plain.Select(ctx, env, question, labels, preselected)
	}
	chosen := preselected
	var list []huh.Option[int]
	for i, o := range options {
		list = append(list, huh.NewOption(o.String(), i))
	}
	field := huh.NewSelect[int]().Title(wrap(question)).Options(list...).Value(&chosen)
	if len(options) > visible {
		field.Height(visible + 1) // and the question
	}
	if err := ask(ctx, env, field, keys(len(options) > visible)); err != nil {
		return preselected, err
	}
	fmt.Fprintf(env.Stderr, "%s %s\n", question, options[chosen].Label)
	return chosen, nil
}

// Confirm asks a question of yes and no. What cannot be undone is asked with No
// preselected. Where nobody is there to ask, the answer is the preselected one.
func Confirm(ctx context.Context, env cli.Env, question string, preselected bool) (bool, error) {
	if !env.Interactive() {
		return preselected, nil
	}
	if isPlain(env) {
		return plain.Confirm(ctx, env, question, preselected)
	}
	yes := preselected
	field := huh.NewConfirm().Title(wrap(question)).WithButtonAlignment(lipgloss.Left).Value(&yes)
	if err := ask(ctx, env, field, keys(false)); err != nil {
		return preselected, err
	}
	answer := "No"
	if yes {
		answer = "Yes"
	}
	fmt.Fprintf(env.Stderr, "%s %s\n", question, answer)
	return yes, nil
}

// Text asks for a line of text. initial is in the field already; placeholder is
// what an empty answer means, "" when it must not be empty. Where nobody is there
// to ask, the answer is initial or, without one, placeholder.
func Text(ctx context.Context, env cli.Env, question, initial, placeholder string) (string, error) {
	otherwise := cmp.Or(initial, placeholder)
	if !env.Interactive() {
		return otherwise, nil
	}
	if isPlain(env) {
		return plain.Text(ctx, env, question, otherwise)
	}
	text := initial
	field := huh.NewInput().Title(wrap(question)).Placeholder(placeholder).Value(&text)
	if placeholder == "" {
		field.Validate(func(text string) error {
			if strings.TrimSpace(text) == "" {
				return errors.New(plain.CannotBeEmpty(question))
			}
			return nil
		})
	}
	if err := ask(ctx, env, field, keys(false)); err != nil {
		return "", err
	}
	text = cmp.Or(strings.TrimSpace(text), otherwise)
	fmt.Fprintf(env.Stderr, "%s %s\n", question, text)
	return text, nil
}

// isPlain reports whether questions are asked line by line. huh has this too, but
// takes the end of the input for the preselected answer, and does not say which
// one that is.
func isPlain(env cli.Env) bool {
	return env.Getenv("ACCESSIBLE") != "" || env.Getenv("TERM") == "dumb"
}

// ask shows a question until it is answered, and then takes it off the screen.
func ask(ctx context.Context, env cli.Env, field huh.Field, keys *huh.KeyMap) error {
	form := huh.NewForm(huh.NewGroup(field)).WithKeyMap(keys).WithTheme(theme(env.Color(env.Stderr))).WithShowHelp(true).
		// All in one: each call forgets what the ones before it said.
		WithProgramOptions(tea.WithInput(env.Stdin), tea.WithOutput(env.Stderr),
			// Signals are the frame's: it ends ctx, which ends the form.
			tea.WithoutSignalHandler())
	err := form.RunWithContext(ctx)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, huh.ErrUserAborted):
		return cli.ErrCancelled
	}
	return err
}
