package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/arkorlab/arkor-go/shared/wholefile"
)

// manager is a package manager that may have installed the tool.
type manager struct {
	name   string
	global string   // updates the tool for the whole machine
	local  string   // updates it in the project that lists it
	paths  []string // parts of the program's path that give it away, lower case
	locks  []string // files that it leaves in a project
}

// managers in the order in which the program's path is tried; npm is what is
// left.
var managers = [...]manager{
	{"bun", "bun add -g arkor@latest", "bun add -d arkor@latest", []string{"/.bun/"}, []string{"bun.lock", "bun.lockb"}},
	{"pnpm", "pnpm add -g arkor@latest", "pnpm add -D arkor@latest", []string{"/pnpm/", "/.pnpm/"}, []string{"pnpm-lock.yaml"}},
	{"yarn", "yarn global add arkor@latest", "yarn add -D arkor@latest", []string{"/.yarn/", "/yarn/"}, []string{"yarn.lock"}},
	{"npm", "npm install -g arkor@latest", "npm install -D arkor@latest", nil, nil},
}

// UpgradeCommand returns the command that updates the tool, in the words of the
// package manager that started it. Where the project in env.Dir lists the npm
// package, that copy is the one to update. Without a Dir there is no project.
func UpgradeCommand(env Env) string {
	project := ""
	if env.Dir != "" && listsArkor(filepath.Join(env.Dir, "package.json")) {
		project = env.Dir
	}
	m := managerOf(env, project)
	if project != "" {
		return m.local
	}
	return m.global
}

// managerOf asks npm_config_user_agent, then the program's path, then the lock
// files of the project, if there is one.
func managerOf(env Env, project string) manager {
	agent, _, _ := strings.Cut(env.Getenv("npm_config_user_agent"), "/")
	for _, m := range managers {
		if m.name == agent {
			return m
		}
	}
	program := strings.ToLower(strings.ReplaceAll(env.Program, `\`, "/"))
	for _, m := range managers {
		if slices.ContainsFunc(m.paths, func(part string) bool { return strings.Contains(program, part) }) {
			return m
		}
	}
	for _, m := range managers {
		if project != "" && slices.ContainsFunc(m.locks, func(name string) bool { return exists(filepath.Join(project, name)) }) {
			return m
		}
	}
	return managers[len(managers)-1]
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// maxPackageJSON bounds what is read of a project's package.json.
const maxPackageJSON = 1 << 20

// listsArkor reports whether a package.json names the package "arkor" among
// its dependencies. A file that cannot be read or understood names nothing.
func listsArkor(path string) bool {
	data, err := wholefile.Read(path, maxPackageJSON)
	if err != nil {
		return false
	}
	// Maps, since a struct's field names would match in any case.
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(strings.TrimPrefix(string(data), "\uFEFF")), &fields) != nil {
		return false
	}
	for _, name := range []string{"dependencies", "devDependencies"} {
		var packages map[string]json.RawMessage
		if json.Unmarshal(fields[name], &packages) == nil {
			if _, ok := packages["arkor"]; ok {
				return true
			}
		}
	}
	return false
}
