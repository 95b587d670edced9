package inference

import "github.com/arkorlab/arkor-go/arkor-backend/process"

// Memory knows what a machine has and what processes take, in bytes.
type Memory interface {
	// Free returns how much there is in all, and how much of it can be had
	// without taking it from another process; ok is false where that cannot be
	// found out.
	Free() (total, free int64, ok bool)
	// Resident returns what a process takes, 0 when that cannot be found out.
	Resident(pid int) int64
}

// thisMachine is the memory of this machine.
type thisMachine struct{}

func (thisMachine) Free() (total, free int64, ok bool) { return process.Memory() }

func (thisMachine) Resident(pid int) int64 { return process.Resident(pid) }
