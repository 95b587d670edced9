package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

func openStore(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// withJob returns a store that holds one queued job, "j".
func withJob(t *testing.T) *Store {
	t.Helper()
	s := openStore(t, filepath.Join(t.TempDir(), "backend.db"))
	now := time.Now()
	if err := s.CreateProject(t.Context(), cloud.Project{ID: "p", OrgID: "local", Slug: "p"}, now); err != nil {
		t.Fatal(err)
	}
	job := cloud.Job{ID: "j", ProjectID: "p", Name: "j", Config: json.RawMessage(`{}`), CreatedAt: cloud.Timestamp(now)}
	if _, _, err := s.CreateJob(t.Context(), NewJob{Job: job}, now); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOddPath(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "what?mode=memory #1 100% ä.db")
	openStore(t, path).Close()
	if files, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(files) == 0 || files[0] != path {
		t.Errorf("files %v", files)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "backend.db")
	s := openStore(t, path)
	if _, err := s.write.ExecContext(t.Context(), `PRAGMA user_version = 1000`); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "written by a newer arkor-backend") {
		t.Errorf("got %v", err)
	}
}

func TestEventsAreCountedUnderLoad(t *testing.T) {
	t.Parallel()
	s := withJob(t)
	follower := s.Follow("j")
	defer follower.Stop()
	const writers, each = 8, 10
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				if err := s.Record(t.Context(), "j", Change{Type: "x", Data: json.RawMessage(`{}`)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	<-follower.Changed
	events, err := s.Events(t.Context(), "j", 0, writers*each+1)
	if err != nil || len(events) != writers*each {
		t.Fatal(len(events), err)
	}
	for i, e := range events {
		if e.ID != int64(i+1) {
			t.Fatalf("event %d has id %d", i, e.ID)
		}
	}
}

func TestEndedJobsDoNotChange(t *testing.T) {
	t.Parallel()
	s := withJob(t)
	end := Change{Type: "training.cancelled", Data: json.RawMessage(`{}`), Status: cloud.Cancelled, EndedAt: "2026-03-04T05:06:07.000Z"}
	if _, err := s.Cancel(t.Context(), "j", end); err != nil {
		t.Fatal(err)
	}
	for _, change := range []Change{{Type: "x", Data: json.RawMessage(`{}`)}, {Status: cloud.Completed}, {Offset: 10}} {
		if err := s.Record(t.Context(), "j", change); !errors.Is(err, ErrTerminal) {
			t.Errorf("%+v: %v", change, err)
		}
	}
	job, err := s.Cancel(t.Context(), "j", end)
	if err != nil || job.Status != cloud.Cancelled || job.LastEvent != 1 || job.Offset != 0 {
		t.Errorf("%+v, %v", job, err)
	}
	if _, err := s.Claim(t.Context()); !errors.Is(err, ErrNotFound) {
		t.Errorf("claimed: %v", err)
	}
}

func TestKeysAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	s := withJob(t)
	now := time.Now()
	create := func(id, hash string, at time.Time) (string, error) {
		job := cloud.Job{ID: id, ProjectID: "p", Name: "j", Config: json.RawMessage(`{}`), CreatedAt: cloud.Timestamp(at)}
		made, _, err := s.CreateJob(t.Context(), NewJob{Job: job, Key: "k", BodyHash: hash}, at)
		return made.ID, err
	}
	var got []string
	for _, step := range []struct {
		id, hash string
		at       time.Time
	}{{"a", "1", now}, {"b", "1", now.Add(23 * time.Hour)}, {"c", "2", now.Add(23 * time.Hour)}, {"d", "2", now.Add(25 * time.Hour)}} {
		id, err := create(step.id, step.hash, step.at)
		if err != nil {
			id = err.Error()
		}
		got = append(got, id)
	}
	if diff := cmp.Diff([]string{"a", "a", ErrKeyReused.Error(), "d"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := openStore(t, filepath.Join(t.TempDir(), "backend.db"))
	if _, err := s.write.ExecContext(t.Context(), `PRAGMA max_page_count = 1`); err != nil {
		t.Fatal(err)
	}
	var err error
	for i := 0; err == nil; i++ {
		name := strings.Repeat("x", 4096)
		err = s.CreateProject(t.Context(), cloud.Project{ID: fmt.Sprint(i), Slug: fmt.Sprint(i), Name: name, OrgID: "local"}, time.Now())
	}
	if !Full(fmt.Errorf("create: %w", err)) {
		t.Errorf("got %v", err)
	}
	if !Full(&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}) || Full(ErrNotFound) || Full(nil) {
		t.Error("other errors")
	}
}
