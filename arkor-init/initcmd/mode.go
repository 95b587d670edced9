package initcmd

// mode is how the command was reached, which shows in what it says.
type mode int

const (
	initMode   mode = iota // arkor init
	createMode             // npm create arkor and its like
)

// title is the name that messages give to the command.
func (m mode) title() string {
	if m == createMode {
		return "create-arkor"
	}
	return "arkor init"
}

// commitMessage is the subject of a new repository's first commit.
func (m mode) commitMessage() string {
	if m == createMode {
		return "Initial commit from Create Arkor"
	}
	return "Initial commit from `arkor init`"
}

// command is the word behind arkor-init.
func (m mode) command() string {
	if m == createMode {
		return "create"
	}
	return "init"
}
