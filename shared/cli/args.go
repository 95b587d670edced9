package cli

import (
	"strings"

	"github.com/peterbourgon/ff/v4"
)

// splitArgs separates flags from positional arguments wherever they stand, so
// that "build x --json" and "build --json x" mean the same; ff alone stops at
// the first positional. Every flag is checked here, which keeps the wording of
// usage errors ours.
func splitArgs(flags ff.Flags, args []string) (options, rest []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			return options, append(rest, args...), nil
		}
		if len(arg) < 2 || arg[0] != '-' {
			rest = append(rest, arg)
			continue
		}
		name, value, hasValue := strings.Cut(arg, "=")
		flag, ok := flags.GetFlag(strings.TrimLeft(name, "-"))
		if !ok || len(name) == 2 && name[1] == '-' {
			return nil, nil, unknownOption(flags, name)
		}
		long, ok := flag.GetLongName()
		if !ok {
			return nil, nil, unknownOption(flags, name)
		}
		switch {
		case hasValue:
		case isBool(flag):
			value = "true" // said outright: ff would take a following "1" for the value
		case len(args) == 0:
			return nil, nil, Usagef("option '--%s <%s>' argument missing", long, placeholder(flag))
		default:
			value, args = args[0], args[1:]
		}
		if value == "" {
			return nil, nil, Usagef("option '--%s' was given an empty value", long)
		}
		options = append(options, "--"+long+"="+value)
	}
	return options, rest, nil
}

func isBool(flag ff.Flag) bool {
	value := flag.GetValue()
	return flag.GetPlaceholder() == "" && (value == "true" || value == "false")
}

func placeholder(flag ff.Flag) string {
	if name := flag.GetPlaceholder(); name != "" {
		return strings.ToLower(name)
	}
	return "value"
}

func unknownOption(flags ff.Flags, name string) error {
	var known []string
	_ = flags.WalkFlags(func(f ff.Flag) error {
		if long, ok := f.GetLongName(); ok {
			known = append(known, "--"+long)
		}
		return nil
	})
	err := Usagef("unknown option '%s'", name)
	if near := Nearest(name, known); near != "" {
		return Hint(err, "did you mean %s?", near)
	}
	return err
}

// Nearest returns the candidate that a typing mistake in word most likely
// meant, or "" when none is close: at most two edits and under half the word.
func Nearest(word string, candidates []string) string {
	best, bestDistance := "", 3
	for _, candidate := range candidates {
		if d := editDistance(word, candidate); d < bestDistance && 2*d < len(candidate) {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// editDistance is the Damerau-Levenshtein distance restricted to adjacent swaps.
func editDistance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
