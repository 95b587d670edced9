// Package process holds what starting, stopping and telling processes apart
// needs of the operating system.
package process

import "github.com/arkorlab/arkor-go/shared/cli"

// WorkerEnv is the environment of an arkor-trainer: asynchronous preemption
// makes its vector code many times slower.
func WorkerEnv(environ []string) []string {
	setting := "asyncpreemptoff=1"
	if old := (cli.Env{Environ: environ}).Getenv("GODEBUG"); old != "" {
		setting = old + "," + setting
	}
	return append(environ[:len(environ):len(environ)], "GODEBUG="+setting)
}
