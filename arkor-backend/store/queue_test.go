package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// queueing returns a store with the projects a, b and c, and a function that
// queues a job called like its project and a number.
func queueing(t *testing.T, limits QueueLimits) (*Store, func(project string, n int) error) {
	t.Helper()
	s := openStore(t, filepath.Join(t.TempDir(), "backend.db"))
	now := time.Now()
	for _, id := range []string{"a", "b", "c"} {
		if err := s.CreateProject(t.Context(), cloud.Project{ID: id, OrgID: "local", Slug: id}, now); err != nil {
			t.Fatal(err)
		}
	}
	return s, func(project string, n int) error {
		id := fmt.Sprint(project, n)
		job := cloud.Job{ID: id, ProjectID: project, Name: id, Config: json.RawMessage(`{}`), CreatedAt: cloud.Timestamp(now)}
		_, _, err := s.CreateJob(t.Context(), NewJob{Job: job, Limits: limits}, now)
		return err
	}
}

func claim(t *testing.T, s *Store) string {
	t.Helper()
	id, err := s.Claim(t.Context())
	if errors.Is(err, ErrNotFound) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestProjectsTakeTurns(t *testing.T) {
	t.Parallel()
	s, add := queueing(t, QueueLimits{})
	queue := func(project string, from, to int) {
		t.Helper()
		for n := from; n <= to; n++ {
			if err := add(project, n); err != nil {
				t.Fatal(err)
			}
		}
	}
	queue("a", 1, 5)
	var order []string
	order = append(order, claim(t, s), claim(t, s))
	queue("b", 1, 3) // behind the next of a, and then in turn
	queue("c", 1, 1)
	for range 3 {
		order = append(order, claim(t, s))
	}
	queue("c", 2, 2) // c has had its turn in this round
	for id := claim(t, s); id != ""; id = claim(t, s) {
		order = append(order, id)
	}
	want := []string{"a1", "a2", "a3", "b1", "c1", "a4", "b2", "c2", "a5", "b3"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Error(diff)
	}
}

// What is said of a job's place holds, as long as nobody comes or goes.
func TestAheadIsThePlaceInTheQueue(t *testing.T) {
	t.Parallel()
	s, add := queueing(t, QueueLimits{})
	random := rand.New(rand.NewPCG(1, 2))
	var waiting []string
	for n := range 60 {
		project := string("aaaaabbc"[random.IntN(8)])
		if err := add(project, n); err != nil {
			t.Fatal(err)
		}
		waiting = append(waiting, fmt.Sprint(project, n))
		if n%7 == 6 {
			id := claim(t, s)
			waiting = deleteOne(waiting, id)
		}
	}
	running, _, err := s.Active(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	place := map[int]string{}
	for _, id := range waiting {
		n, err := s.Ahead(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		place[n-running] = id
	}
	for n := range len(waiting) {
		if id := claim(t, s); place[n] != id {
			t.Errorf("place %d: %s was taken, %q was told", n, id, place[n])
		}
	}
}

func deleteOne(ids []string, id string) (rest []string) {
	for _, other := range ids {
		if other != id {
			rest = append(rest, other)
		}
	}
	return rest
}

func TestQueueLimits(t *testing.T) {
	t.Parallel()
	s, add := queueing(t, QueueLimits{Project: 2, All: 3})
	for _, step := range []struct {
		project string
		want    error
	}{
		{"a", nil}, {"a", nil}, {"a", &QueueFullError{2, true}}, {"b", nil}, {"b", &QueueFullError{3, false}}, {"a", &QueueFullError{2, true}},
	} {
		err := add(step.project, rand.Int())
		if fmt.Sprint(step.want) != fmt.Sprint(err) {
			t.Errorf("%s: %v, want %v", step.project, err, step.want)
		}
	}
	claim(t, s) // one runs: it no longer waits
	if err := add("a", 1); err != nil {
		t.Error(err)
	}
}

// Jobs of a database from before there were rounds keep the order of arrival.
func TestJobsFromBeforeRounds(t *testing.T) {
	t.Parallel()
	s, add := queueing(t, QueueLimits{})
	for n := range 3 {
		if err := add("a", n); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.write.ExecContext(t.Context(), `UPDATE jobs SET round = 0`); err != nil {
		t.Fatal(err)
	}
	if err := add("b", 1); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a0", "a1", "a2", "b1", ""} {
		if id := claim(t, s); id != want {
			t.Errorf("%q, want %q", id, want)
		}
	}
}
