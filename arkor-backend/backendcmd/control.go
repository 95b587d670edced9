package backendcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/daemon"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/filelock"
)

// askTimeout bounds one question to a daemon on this machine.
const askTimeout = 5 * time.Second

// poll is how often a state that another process changes is looked at.
const poll = 20 * time.Millisecond

// stopTimeout is longer than what workers get to save a checkpoint.
const stopTimeout = time.Minute

var errSaving = errors.New("the backend is still saving its work")

// state is what a daemon says about itself.
type state struct {
	Version string `json:"version"`
	Jobs    struct {
		Running int `json:"running"`
		Queued  int `json:"queued"`
	} `json:"jobs"`
}

// ask sends a request with the owner token and decodes the answer. It returns
// the HTTP status.
func ask(ctx context.Context, home daemon.Home, info daemon.Info, method, path string, body, out any) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	token, err := home.Token()
	if err != nil {
		return 0, err
	}
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, info.URL+path, reader)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("X-Arkor-Client", "arkor-backend/"+cli.Version())
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: it is on this machine
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err == nil && out != nil && res.StatusCode/100 == 2 {
		err = json.Unmarshal(data, out)
	}
	return res.StatusCode, err
}

// askState asks a daemon how it is. Its error means that nothing useful
// answers there.
func askState(ctx context.Context, home daemon.Home, info daemon.Info) (state, error) {
	var s state
	status, err := ask(ctx, home, info, http.MethodGet, "/v1/backend", nil, &s)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the backend at %s answered with status %d", info.URL, status)
	}
	return s, err
}

// askStop tells a daemon to leave. busy means that it has work and stays.
func askStop(ctx context.Context, home daemon.Home, info daemon.Info, onlyIdle bool) (busy bool, err error) {
	status, err := ask(ctx, home, info, http.MethodPost, "/v1/backend/stop", map[string]bool{"onlyIdle": onlyIdle}, nil)
	switch {
	case err != nil:
		return false, err
	case status == http.StatusConflict:
		return true, nil
	case status != http.StatusAccepted:
		return false, fmt.Errorf("the backend at %s answered with status %d", info.URL, status)
	}
	return false, nil
}

// awaitGone returns when a daemon does not have the folder any more; another one
// may have it by then.
func awaitGone(ctx context.Context, home daemon.Home, left daemon.Info) error {
	return until(ctx, func() (bool, error) {
		locked, err := home.Locked()
		if err != nil || !locked {
			return true, err
		}
		now, ok, err := home.Running()
		return ok && now != left, err
	})
}

// settle returns when the daemon of the folder, if there is one, answers or is
// gone: one that is leaving saves the work of its training first. Until unlock
// is called nobody starts another.
func settle(ctx context.Context, env cli.Env, home daemon.Home) (unlock func(), err error) {
	unlock, err = filelock.Lock(ctx, home.EnsureLock())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, stopTimeout, errSaving)
	defer cancel()
	told := false
	err = until(ctx, func() (bool, error) {
		locked, err := home.Locked()
		if err != nil || !locked {
			return true, err
		}
		if _, ok := answering(ctx, home); ok {
			return true, nil
		}
		if !told {
			told = true
			fmt.Fprintln(env.Stderr, "the backend is stopping or starting; waiting for it")
		}
		return false, nil
	})
	if err != nil {
		unlock()
		return nil, cli.Hint(err, "its log is in %s", home.Log())
	}
	return unlock, nil
}

// answering returns the daemon of the folder, if it is there and well.
func answering(ctx context.Context, home daemon.Home) (daemon.Info, bool) {
	info, ok, err := home.Running()
	if err != nil || !ok {
		return info, false
	}
	_, err = askState(ctx, home, info)
	return info, err == nil
}

// until asks again and again.
func until(ctx context.Context, done func() (bool, error)) error {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
}
