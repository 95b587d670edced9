// Package packagemanager knows npm, pnpm, yarn and bun: which of them a person
// uses, and how to install the dependencies of a project with it.
package packagemanager

import "strings"

// Manager is a package manager by the name of its program.
type Manager string

// The managers. Yarn stands for its first version and for the later ones.
const (
	Undetected Manager = ""
	NPM        Manager = "npm"
	PNPM       Manager = "pnpm"
	Yarn       Manager = "yarn"
	Bun        Manager = "bun"
)

// All lists the managers in the order in which they are offered.
func All() []Manager { return []Manager{NPM, PNPM, Yarn, Bun} }

// Detect returns the manager that was chosen, else the one that started us
// according to the variable npm_config_user_agent, else Undetected. What lies in
// the directory says nothing: a lockfile may be somebody else's.
func Detect(chosen Manager, userAgent string) Manager {
	if chosen != Undetected {
		return chosen
	}
	for _, m := range []Manager{PNPM, Yarn, Bun, NPM} {
		if strings.HasPrefix(userAgent, string(m)) {
			return m
		}
	}
	return Undetected
}

// InstallCommand is what to type to install the dependencies of a project, or,
// without a manager, advice that fits into the same place.
func (m Manager) InstallCommand() string {
	if m == Undetected {
		return "install dependencies (npm i / pnpm install / yarn / bun install)"
	}
	return string(m) + " install"
}

// StartCommand is what to type to train. The script of the project finds the
// installed package, or the tool on PATH; without a manager it is the tool that
// was typed to come here.
func (m Manager) StartCommand() string {
	switch m {
	case Undetected:
		return "arkor start"
	case Bun:
		return "bun run start"
	}
	return string(m) + " start"
}
