package prompt

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// isPlain reports whether questions are asked line by line: for screen readers
// and terminals that cannot redraw. huh has this too, but takes the end of the
// input for the preselected answer, and does not say which one that is.
func isPlain(env cli.Env) bool {
	return env.Getenv("ACCESSIBLE") != "" || env.Getenv("TERM") == "dumb"
}

func selectPlainly(ctx context.Context, env cli.Env, question string, options []Option, preselected int) (int, error) {
	fmt.Fprintln(env.Stderr, question)
	for i, o := range options {
		fmt.Fprintf(env.Stderr, "%d. %s\n", i+1, o)
	}
	lines := readLines(env)
	for {
		fmt.Fprintf(env.Stderr, "Enter a number between 1 and %d [%d]: ", len(options), preselected+1)
		answer, err := lines.next(ctx)
		if err != nil {
			return preselected, err
		}
		if answer == "" {
			return preselected, nil
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(options) {
			return n - 1, nil
		}
	}
}

func confirmPlainly(ctx context.Context, env cli.Env, question string, preselected bool) (bool, error) {
	choices := "y/N"
	if preselected {
		choices = "Y/n"
	}
	lines := readLines(env)
	for {
		fmt.Fprintf(env.Stderr, "%s [%s]: ", question, choices)
		answer, err := lines.next(ctx)
		if err != nil {
			return preselected, err
		}
		switch strings.ToLower(answer) {
		case "":
			return preselected, nil
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
	}
}

func textPlainly(ctx context.Context, env cli.Env, question, otherwise string) (string, error) {
	suffix := ""
	if otherwise != "" {
		suffix = fmt.Sprintf(" [%s]:", otherwise)
	}
	lines := readLines(env)
	for {
		fmt.Fprintf(env.Stderr, "%s%s ", question, suffix)
		answer, err := lines.next(ctx)
		if err != nil {
			return "", err
		}
		if answer = cmp.Or(answer, otherwise); answer != "" {
			return answer, nil
		}
		fmt.Fprintln(env.Stderr, cannotBeEmpty(question))
	}
}

type lineReader struct {
	env cli.Env
	in  *bufio.Reader
}

func readLines(env cli.Env) lineReader { return lineReader{env, bufio.NewReader(env.Stdin)} }

// next returns a line without the blanks around it. An end without a line,
// Ctrl-D, is a person who leaves.
func (l lineReader) next(ctx context.Context) (string, error) {
	type line struct {
		text string
		err  error
	}
	read := make(chan line, 1)
	go func() {
		text, err := l.in.ReadString('\n')
		read <- line{strings.TrimSpace(text), err}
	}()
	select {
	case r := <-read:
		if r.err != nil {
			fmt.Fprintln(l.env.Stderr)
			return "", cli.ErrCancelled
		}
		return r.text, nil
	case <-ctx.Done(): // the read goes on until the process ends, which is now
		fmt.Fprintln(l.env.Stderr)
		return "", context.Cause(ctx)
	}
}
