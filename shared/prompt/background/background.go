// Package background answers, before anybody asks, what colour the terminal's
// background has. Otherwise bubbletea asks the terminal as soon as a program
// that links it starts, for --version too: that writes to the terminal, takes
// what was typed ahead, and costs five seconds where nothing answers.
package background

import "github.com/charmbracelet/lipgloss"

// Dark is the answer. It is only good before bubbletea is initialised: of the
// packages whose imports are ready, Go initialises the first by import path,
// and this one comes before github.com/charmbracelet/bubbletea.
var Dark = func() bool {
	lipgloss.SetHasDarkBackground(true)
	return true
}()
