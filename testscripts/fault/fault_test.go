//go:build unix

// Package fault kills a backend and its workers at random moments under load,
// and looks for anything that was acknowledged and is gone.
package fault

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/porttest"
)

const (
	moments  = 200
	longest  = 1500 * time.Millisecond // between two of them
	patience = 15 * time.Minute
)

func TestFaults(t *testing.T) {
	bin := os.Getenv("ARKOR_BIN")
	if bin == "" {
		t.Skip("ARKOR_BIN does not name the folder of the built binaries: run `make test-scripts`")
	}
	if runtime.GOOS != "linux" {
		t.Skip("finds workers in /proc")
	}
	port, release, err := porttest.Reserve() // nobody is to take it while the backend is dead
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	b := &backend{t: t, program: filepath.Join(bin, "arkor-backend"), folder: t.TempDir(), address: fmt.Sprintf("127.0.0.1:%d", port)}
	b.start()
	defer func() { b.kill() }()
	l := newLoad(t, b)
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer func() { stop(); l.wait() }()
	l.begin(ctx)
	backends, workers := 0, 0
	for range moments {
		rest(ctx, rand.N(longest))
		if rand.N(2) == 0 && b.killWorker(rand.IntN) {
			workers++
		} else {
			backends++
			b.kill()
			b.start()
		}
		if l.failed() != nil {
			break
		}
	}
	t.Logf("killed %d backends and %d workers", backends, workers)
	l.finish()
	l.wait()
	if err := l.failed(); err != nil {
		t.Fatalf("%v\n%s", err, &b.log)
	}
	if ctx.Err() != nil {
		t.Fatalf("jobs did not end within %s\n%s", patience, &b.log)
	}

	// What a new backend knows is what is on the disk.
	b.kill()
	b.start()
	l.check(t)
}
