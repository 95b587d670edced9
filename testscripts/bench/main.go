// Command bench measures the figures that docs/benchmarks.md keeps, all in one
// run on one machine, and prints them beside what they have to reach.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	if isTicker() {
		tick()
		return
	}
	bin := flag.String("bin", "bin", "folder of the binaries")
	only := flag.String("only", "", "measure the `names` of this list only")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *bin, strings.Fields(*only)); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// figure is one line of the table.
type figure struct {
	name     string
	value    float64
	unit     string
	goal     float64
	higher   bool // whether more is better
	repeated int  // how many measurements the value is the median of
}

func run(ctx context.Context, bin string, only []string) error {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "arkor-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	b := &bench{bin: bin, folder: folder, env: []string{"DO_NOT_TRACK=1"}}
	steps := []struct {
		name    string
		measure func(context.Context) ([]figure, error)
	}{
		{"commands", b.commands},
		{"building", b.building},
		{"starting", b.starting},
		{"launching", b.launching},
		{"delivering", b.delivering},
		{"identity", b.identity},
		{"telemetry", b.telemetry},
		{"studio", b.studio},
		{"studio-load", b.studioLoad},
		{"studio-page", b.studioPage},
		{"scale", b.scale},
		{"training-step", b.trainingStep},
		{"decoding", b.decoding},
		{"serving", b.serving},
		{"structured", b.structured},
		{"whole-training", b.wholeTraining},
	}
	var figures []figure
	for _, step := range steps {
		if len(only) > 0 && !slices.Contains(only, step.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "measuring %s\n", step.name)
		measured, err := step.measure(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		figures = append(figures, measured...)
	}
	fmt.Printf("%s, %d cores, %s/%s, %s\n\n", time.Now().Format(time.DateOnly), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "figure\tmedian\tgoal\tof goal\tmeasurements")
	for _, f := range figures {
		sign, ratio := "<=", f.value/f.goal
		if f.higher {
			sign = ">="
		}
		fmt.Fprintf(table, "%s\t%.4g %s\t%s %g\t%.2f\t%d\n", f.name, f.value, f.unit, sign, f.goal, ratio, f.repeated)
	}
	return table.Flush()
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}
