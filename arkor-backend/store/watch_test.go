package store

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Readers that come at any time, and at any position, get every event once and
// in order, and the end of the job behind the last.
func TestFollowersMissNothing(t *testing.T) {
	t.Parallel()
	s := withJob(t)
	const total = recent + 300
	var all sync.WaitGroup
	read := func(after int64) {
		f := s.Follow("j")
		defer f.Stop()
		for {
			events, last, status, err := f.After(t.Context(), after, 100)
			if err != nil {
				t.Error(err)
				return
			}
			for _, e := range events {
				if e.ID != after+1 {
					t.Errorf("event %d came behind %d", e.ID, after)
					return
				}
				after = e.ID
			}
			switch {
			case after < last:
			case status.Terminal():
				if after != total {
					t.Errorf("the job ended behind event %d", after)
				}
				return
			default:
				<-f.Changed
			}
		}
	}
	for i := range total {
		if i%100 == 0 {
			all.Go(func() { read(0) })
			all.Go(func() { read(int64(i)) })
		}
		change := Change{Type: "x", Data: json.RawMessage(`{}`)}
		if i == total-1 {
			change.Status = cloud.Completed
		}
		if err := s.Record(t.Context(), "j", change); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
	if n := len(s.followed.jobs); n != 0 {
		t.Errorf("%d jobs are followed by nobody", n)
	}
}

func TestFollowingADeletedJob(t *testing.T) {
	t.Parallel()
	f := withJob(t).Follow("gone")
	defer f.Stop()
	if _, _, _, err := f.After(t.Context(), 0, 10); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
}
