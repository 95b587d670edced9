package series

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// source is a log that grows; it notes from where it is read.
type source struct {
	events int64
	reads  []int64
	fail   error
}

func (s *source) load(after int64, each func([]byte)) (int64, error) {
	s.reads = append(s.reads, after)
	for id := after + 1; id <= s.events; id++ {
		each(fmt.Appendf(nil, `{"loss":1,"step":%d}`, id))
	}
	return s.events, s.fail
}

func TestRecentReadsWhatIsNew(t *testing.T) {
	t.Parallel()
	var r Recent
	ask := func(job string, s *source) (steps []int64) {
		points, _ := r.Points(job, s.load)
		for _, p := range points {
			steps = append(steps, p.Step)
		}
		return steps
	}
	s := &source{events: 2}
	got := [][]int64{ask("a", s)}
	s.events, s.fail = 4, errors.New("the disk is gone")
	got = append(got, ask("a", s))
	s.fail = nil
	got = append(got, ask("a", s), ask("a", s))
	for i := range kept { // a is forgotten
		ask(fmt.Sprint(i), &source{events: 1})
	}
	got = append(got, ask("a", s))
	want := [][]int64{{1, 2}, nil, {1, 2, 3, 4}, {1, 2, 3, 4}, {1, 2, 3, 4}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{0, 2, 2, 4, 0}, s.reads); diff != "" {
		t.Error(diff)
	}
}

func TestRecentIsSharedByRequests(t *testing.T) {
	t.Parallel()
	var r Recent
	var all sync.WaitGroup
	s := &source{}
	for range 20 {
		all.Go(func() {
			points, err := r.Points("a", func(after int64, each func([]byte)) (int64, error) {
				s.events++ // one request for a log at a time
				return s.load(after, each)
			})
			for i, p := range points {
				if err != nil || p.Step != int64(i+1) {
					t.Errorf("point %d is step %d, %v", i, p.Step, err)
				}
			}
		})
	}
	all.Wait()
}
