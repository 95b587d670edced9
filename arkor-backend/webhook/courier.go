package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/arkorlab/arkor-go/arkor-backend/outbound"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

const (
	atOnce       = 8                // deliveries under way
	patience     = 15 * time.Second // with one receiver
	maxAnswer    = 4 << 10          // read of an answer, so that its connection can be used again
	storeRetry   = 10 * time.Second // after the database refused
	maxWaitSleep = time.Hour        // a clock that is set does not hold messages back for long
)

// pauses are what a receiver that does not take a message is given before the
// next attempt: about a day in all.
func pauses() []time.Duration {
	return []time.Duration{5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 8 * time.Hour, 10 * time.Hour}
}

// Courier delivers the messages that the store holds.
type Courier struct {
	store  *store.Store
	log    *slog.Logger
	client *http.Client
	wake   chan struct{}
}

// New returns a courier that goes where the rules allow. Run sets it to work.
func New(s *store.Store, rules outbound.Rules, log *slog.Logger) *Courier {
	return &Courier{
		store: s, log: log, wake: make(chan struct{}, 1),
		client: &http.Client{
			Transport: rules.Transport(), Timeout: patience,
			// The message and its signature are for the address that the user named.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Wake tells the courier that a message may be due.
func (c *Courier) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Run delivers until ctx ends. An attempt that this interrupts is made again by
// the next courier: a receiver may hear of a job twice, by the same message id.
func (c *Courier) Run(ctx context.Context) {
	defer c.client.CloseIdleConnections()
	for ctx.Err() == nil {
		due, err := c.store.DueDeliveries(ctx, time.Now(), atOnce)
		var wait time.Duration
		if err == nil && len(due) == 0 {
			wait, err = c.untilNext(ctx)
		}
		if err != nil && ctx.Err() == nil {
			c.log.Error("look for messages to deliver", "error", err)
			wait = storeRetry
		}
		if len(due) > 0 {
			var round sync.WaitGroup
			for _, d := range due {
				round.Go(func() { c.deliver(ctx, d) })
			}
			round.Wait()
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-c.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// untilNext returns how long nothing is due.
func (c *Courier) untilNext(ctx context.Context) (time.Duration, error) {
	at, ok, err := c.store.NextDelivery(ctx)
	if err != nil || !ok {
		return maxWaitSleep, err
	}
	return min(max(time.Until(at), 0), maxWaitSleep), nil
}

// deliver makes one attempt and stores how it went.
func (c *Courier) deliver(ctx context.Context, d store.Delivery) {
	log := c.log.With("job", d.JobID, "message", d.ID, "attempt", d.Attempts+1)
	body, err := compose(ctx, c.store, d.JobID)
	status := 0
	if err == nil {
		status, err = c.send(ctx, d, body)
	}
	if ctx.Err() != nil {
		return
	}
	attempt := store.Attempt{Status: cloud.WebhookDelivered, HTTPStatus: status}
	if err != nil {
		attempt.Status, attempt.Error = cloud.WebhookFailed, cli.Excerpt(err.Error())
		if all := pauses(); d.Attempts < len(all) && status != http.StatusGone {
			attempt.Status = cloud.WebhookPending
			attempt.DueAt = cloud.Timestamp(time.Now().Add(all[d.Attempts]))
		}
		log.Warn("message not delivered", "error", attempt.Error, "next", attempt.DueAt)
	}
	err = c.store.RecordAttempt(context.WithoutCancel(ctx), d.JobID, attempt)
	if err == nil || errors.Is(err, store.ErrNotFound) {
		return
	}
	log.Error("store how a delivery went; it is made again", "error", err)
	select { // or it would be made again at once
	case <-ctx.Done():
	case <-time.After(storeRetry):
	}
}

// send returns the status of the answer, 0 without one. Whatever is no 2xx is
// an error.
func (c *Courier) send(ctx context.Context, d store.Delivery, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(body))
	if err != nil {
		return 0, errors.New("the address cannot be used")
	}
	now := time.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "arkor-backend/"+cli.Version())
	req.Header.Set("webhook-id", d.ID)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	if d.Secret != "" {
		key, err := Key(d.Secret)
		if err != nil {
			return 0, fmt.Errorf("the secret %w", err)
		}
		req.Header.Set("webhook-signature", Sign(key, d.ID, now, body))
	}
	res, err := c.client.Do(req)
	if err != nil {
		return 0, because(err)
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, maxAnswer)
	switch res.StatusCode / 100 {
	case 2:
		return res.StatusCode, nil
	case 3:
		return res.StatusCode, fmt.Errorf("the receiver answered %d, and redirects are not followed", res.StatusCode)
	}
	return res.StatusCode, fmt.Errorf("the receiver answered %d", res.StatusCode)
}

// because leaves the address out, which may be a secret by itself.
func because(err error) error {
	var wrapped *url.Error
	if !errors.As(err, &wrapped) {
		return err
	}
	if wrapped.Timeout() {
		return fmt.Errorf("no answer within %s", patience)
	}
	return wrapped.Err
}
