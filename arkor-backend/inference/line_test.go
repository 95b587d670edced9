package inference

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// queue puts requests, named by their caller, into a line.
func queue(l *line, callers string) (all []*waiting) {
	for i, caller := range strings.Split(callers, "") {
		w := &waiting{model: fmt.Sprint(caller, i), caller: caller, settled: make(chan struct{})}
		l.push(w)
		all = append(all, w)
	}
	return all
}

// order serves n requests, those that may be.
func order(l *line, n int, may func(*waiting) bool) string {
	var served []string
	l.serve(func(w *waiting) bool {
		if len(served) == n || !may(w) {
			return false
		}
		served = append(served, w.model)
		return true
	})
	return strings.Join(served, " ")
}

func anything(*waiting) bool { return true }

// Callers take turns; each one's requests stay in their order.
func TestLineIsFair(t *testing.T) {
	t.Parallel()
	l := line{limit: 100}
	queue(&l, "aaaabac")
	if got := order(&l, 3, anything); got != "a0 b4 c6" {
		t.Errorf("first served %s", got)
	}
	queue(&l, "b")
	if got := order(&l, 100, anything); got != "a1 b0 a2 a3 a5" {
		t.Errorf("then served %s", got)
	}
	if l.waiting != 0 || len(l.callers) != 0 {
		t.Errorf("%d wait", l.waiting)
	}
}

// Who cannot be served yet keeps its place and does not keep others waiting.
func TestLinePassesOverWhatIsBlocked(t *testing.T) {
	t.Parallel()
	l := line{limit: 100}
	queue(&l, "aabb")
	if got := order(&l, 100, func(w *waiting) bool { return w.model == "a1" || w.model == "b2" }); got != "a1 b2" {
		t.Errorf("served %s", got)
	}
	if got := order(&l, 100, anything); got != "a0 b3" {
		t.Errorf("then served %s", got)
	}
}

// A full line takes the place of a busy caller for a quiet one.
func TestLineIsBounded(t *testing.T) {
	t.Parallel()
	l := line{limit: 4}
	all := queue(&l, "aaaaabc")
	for i, want := range []bool{false, false, true, true, true, false, false} {
		if got := isClosed(all[i].settled); got != want || got && !errors.Is(all[i].err, ErrBusy) {
			t.Errorf("request %d: refused %v, %v", i, got, all[i].err)
		}
	}
	if l.waiting != 4 {
		t.Errorf("%d wait", l.waiting)
	}
	many := queue(&l, "defgh") // four callers with a request each: nobody gives way
	var refused int
	for _, w := range many {
		if isClosed(w.settled) {
			refused++
		}
	}
	if refused != 4 || l.waiting != 4 {
		t.Errorf("%d refused, %d wait", refused, l.waiting)
	}
}

func TestLineForgetsWhoLeaves(t *testing.T) {
	t.Parallel()
	l := line{limit: 4}
	all := queue(&l, "aab")
	if !l.remove(all[0]) || l.remove(all[0]) || !l.remove(all[2]) {
		t.Error("not removed once")
	}
	if got := order(&l, 100, anything); got != "a1" || l.waiting != 0 {
		t.Errorf("served %s, %d wait", got, l.waiting)
	}
}
