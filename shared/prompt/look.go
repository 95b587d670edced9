package prompt

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/huh"
	"github.com/charmbracelet/lipgloss"
)

// keys are the keys of a question, and what the line below it says of them.
func keys(filter bool) *huh.KeyMap {
	k := huh.NewDefaultKeyMap()
	k.Quit = key.NewBinding(key.WithKeys("ctrl+c", "esc"))
	enter := key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", "choose • esc cancel"))
	k.Select.Submit, k.Confirm.Submit = enter, enter
	k.Input.Submit = key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", "accept • esc cancel"))
	k.Select.Filter.SetEnabled(filter)
	// Escape leaves while somebody types a filter, too.
	k.Select.SetFilter.Unbind()
	k.Select.ClearFilter.Unbind()
	return k
}

// theme tells what is chosen from what is not without colours as well.
func theme(color bool) *huh.Theme {
	t := huh.ThemeBase()
	if color {
		t = huh.ThemeBase16()
	}
	button := func(left, right string) lipgloss.Style {
		return lipgloss.NewStyle().Border(lipgloss.Border{Left: left, Right: right}, false, true).Padding(0, 1).MarginRight(1)
	}
	t.Focused.FocusedButton, t.Focused.BlurredButton = button("[", "]"), button(" ", " ")
	if color {
		t.Focused.FocusedButton = t.Focused.FocusedButton.Inherit(t.Focused.SelectedOption)
	}
	return t
}

// width leaves room for what stands around a question on 80 columns.
const width = 74

// wrap breaks a question at blanks alone; huh would break a path at its dots.
func wrap(question string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(question) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}
