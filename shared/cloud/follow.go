package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/arkorlab/arkor-go/shared/cli"
)

const (
	firstDelay  = time.Second
	lastDelay   = time.Minute
	silenceSeen = time.Minute // without a byte, where pings came before, a connection is dead
)

var errNothingCame = errors.New("SSE stream closed without emitting any frame")

// Follower reads a job's events to their end, through any number of
// connections: what one missed, the next one brings.
type Follower struct {
	Client *Client // without a limit on how long an answer may go on
	Scope  Scope
	JobID  string
	LastID string // of the event to begin behind; kept up, so that a follower may run again

	// OnEvent gets every event but pings and the end; its error ends the reading.
	OnEvent func(Event) error
	// OnLost is called before the wait that follows a failure. May be nil.
	OnLost func(Lost)

	sleep  func(context.Context, time.Duration) error // tests replace these
	random func() float64
}

// Lost says that events cannot be read for now.
type Lost struct {
	Attempt int // of those since something came, from 1
	Delay   time.Duration
	Err     error
}

// Run returns how the job ended: "" when the server said no more than that it
// did. Answers that no later attempt would change are errors.
func (f *Follower) Run(ctx context.Context) (JobStatus, error) {
	if f.sleep == nil {
		f.sleep, f.random = sleep, rand.Float64
	}
	failures := 0
	for {
		status, productive, err := f.once(ctx)
		if productive {
			failures = 0
		}
		var fatal *fatalError
		switch {
		case ctx.Err() != nil:
			return "", context.Cause(ctx)
		case errors.As(err, &fatal):
			return "", fatal.error
		case err == nil && status != nil:
			return *status, nil
		case err == nil:
			if err := f.sleep(ctx, firstDelay); err != nil {
				return "", err
			}
			continue
		}
		delay := max(reconnectDelay(firstDelay, lastDelay, failures, f.random()), askedToWait(err))
		failures++
		if f.OnLost != nil {
			f.OnLost(Lost{Attempt: failures, Delay: delay, Err: err})
		}
		if err := f.sleep(ctx, delay); err != nil {
			return "", err
		}
	}
}

// fatalError ends the reading.
type fatalError struct{ error }

// once reads one connection to its end. A nil status and a nil error mean that
// it closed as connections do, and that the job goes on.
func (f *Follower) once(ctx context.Context) (status *JobStatus, productive bool, err error) {
	stream, err := f.Client.Events(ctx, f.Scope, f.JobID, f.LastID)
	if err != nil {
		if isPermanent(err) {
			err = &fatalError{err}
		}
		return nil, false, err
	}
	defer stream.Close()
	watch := time.AfterFunc(silenceSeen, func() { stream.Close() })
	watch.Stop()
	defer watch.Stop()
	pings := false
	for {
		if pings {
			watch.Reset(silenceSeen)
		}
		frame, err := stream.Next()
		if errors.Is(err, io.EOF) {
			if productive {
				return nil, true, nil
			}
			return nil, false, errNothingCame
		}
		if err != nil {
			return nil, productive, err
		}
		if frame.ID != "" {
			f.LastID = frame.ID
		}
		switch frame.Event {
		case EventPing:
			pings = true
			continue
		case EventEnd:
			if status := f.ended(ctx, frame.Data); status != nil {
				return status, productive, nil
			}
			if !productive {
				return nil, false, errNothingCame
			}
			return nil, true, nil
		}
		event, ok := parseEvent(frame.ID, []byte(frame.Data))
		if !ok {
			continue
		}
		productive = true
		if err := f.OnEvent(event); err != nil {
			return nil, true, &fatalError{err}
		}
		if last := finalStatus(event.Type); last != "" {
			return &last, true, nil
		}
	}
}

// ended returns the status that the end of a stream means; nil when the job
// goes on. The data may say it, and otherwise the job does; "" is a job that
// cannot be asked.
func (f *Follower) ended(ctx context.Context, data string) *JobStatus {
	var said struct{ Status JobStatus }
	if json.Unmarshal([]byte(data), &said) != nil || !said.Status.Valid() {
		job, err := f.Client.Job(ctx, f.Scope, f.JobID)
		if err != nil {
			return new(JobStatus)
		}
		said.Status = job.Status
	}
	if !said.Status.Terminal() {
		return nil
	}
	return &said.Status
}

// finalStatus is that of a job behind its last event, "" behind any other.
func finalStatus(eventType string) JobStatus {
	switch eventType {
	case EventCompleted:
		return Completed
	case EventFailed:
		return Failed
	case EventCancelled:
		return Cancelled
	}
	return ""
}

// isPermanent reports answers that no later attempt will change, and failures
// that arkor-auth has spoken about already.
func isPermanent(err error) bool {
	var status *StatusError
	var said *cli.ExitError
	if errors.As(err, &said) {
		return true
	}
	if !errors.As(err, &status) {
		return false
	}
	switch status.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusGone, http.StatusUpgradeRequired:
		return true
	}
	return false
}

// askedToWait is what a server that is busy asks for.
func askedToWait(err error) time.Duration {
	var status *StatusError
	if errors.As(err, &status) && (status.Status == http.StatusTooManyRequests || status.Status == http.StatusServiceUnavailable) {
		return status.RetryAfter
	}
	return 0
}

// Delay is how long to wait after so many failures in a row before asking
// again, with some chance in it, so that clients do not come back together.
func Delay(failures int) time.Duration {
	return reconnectDelay(firstDelay, lastDelay, failures, rand.Float64())
}

func reconnectDelay(first, last time.Duration, failures int, random float64) time.Duration {
	delay := last
	if failures < 32 && first<<failures>>failures == first {
		delay = min(first<<failures, last)
	}
	return min(time.Duration(float64(delay)*(0.75+random/2)), last)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
