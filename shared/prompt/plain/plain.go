// Package plain asks line by line: for screen readers, for terminals that cannot
// redraw, and for commands whose one question is not worth more.
package plain

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
)

// Select asks for one of options and returns its index.
func Select(ctx context.Context, env cli.Env, question string, options []string, preselected int) (int, error) {
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

// Confirm asks a question of yes and no.
func Confirm(ctx context.Context, env cli.Env, question string, preselected bool) (bool, error) {
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

// Text asks for a line of text. otherwise is what an empty answer means, "" when
// it must not be empty.
func Text(ctx context.Context, env cli.Env, question, otherwise string) (string, error) {
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
		fmt.Fprintln(env.Stderr, CannotBeEmpty(question))
	}
}

// CannotBeEmpty says of what a question asks for that an answer is needed.
func CannotBeEmpty(question string) string {
	return strings.TrimSuffix(question, "?") + " cannot be empty"
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
