package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
)

// telemetry measures what a collector that is not there costs a quick command,
// in binaries with such a collector stamped in.
func (b *bench) telemetry(ctx context.Context) ([]figure, error) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	gone.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // never accepts, so never answers
	if err != nil {
		return nil, err
	}
	defer silent.Close()
	closedPort, err := b.added(ctx, 50, gone.Addr())
	if err != nil {
		return nil, err
	}
	silentHost, err := b.added(ctx, 5, silent.Addr())
	return []figure{
		{"telemetry to a closed port adds", closedPort, "ms", 10, false, 50},
		{"telemetry to a silent host adds", silentHost, "ms", 2000, false, 5},
	}, err
}

// added returns by how many milliseconds "arkor-init init" is slower, in the
// median of n pairs of runs, for sending its events to collector.
func (b *bench) added(ctx context.Context, n int, collector net.Addr) (float64, error) {
	folder, err := os.MkdirTemp(b.folder, "stamped-")
	if err != nil {
		return 0, err
	}
	const variables = "-X github.com/arkorlab/arkor-go/shared/telemetry."
	build := exec.CommandContext(ctx, "go", "build", "-trimpath",
		"-ldflags", "-s -w "+variables+"key=phc_bench "+variables+"host=http://"+collector.String(),
		"-o", folder+string(filepath.Separator), "./arkor-init")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("go build: %w\n%s", err, out)
	}
	once := func(optOut string) (float64, error) {
		run := &bench{bin: folder, folder: b.folder, env: []string{"HOME=" + folder, "ARKOR_TELEMETRY_DISABLED=", "DO_NOT_TRACK=" + optOut}}
		return run.milliseconds(ctx, 1, folder, "arkor-init", "init", "project", "--yes")
	}
	var added []float64
	for range n { // in turns, as the machine is not equally busy all the time
		without, err := once("1")
		if err != nil {
			return 0, err
		}
		with, err := once("")
		if err != nil {
			return 0, err
		}
		added = append(added, with-without)
	}
	return median(added), nil
}
