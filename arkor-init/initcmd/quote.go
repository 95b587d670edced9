package initcmd

import "strings"

const bare = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+@:-"

// quotePath writes a path so that it can be pasted after "cd " into a shell of
// the system goos: sh and its kin, or cmd and PowerShell alike on Windows.
func quotePath(path, goos string) string {
	windows := goos == "windows"
	if strings.HasPrefix(path, "-") { // or cd takes it for an option
		if windows {
			path = `.\` + path
		} else {
			path = "./" + path
		}
	}
	switch {
	case strings.Trim(path, bare) == "":
		return path
	case !windows:
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	case strings.Contains(path, "%"): // cmd would expand it; PowerShell takes it literally
		return "'" + strings.ReplaceAll(path, "'", "''") + "'"
	}
	return `"` + strings.NewReplacer("`", "``", "$", "`$", `\`, `\\`, `"`, `\"`).Replace(path) + `"`
}
