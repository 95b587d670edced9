package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// Webhook is an address that is told how a job ended.
type Webhook struct {
	URL    string
	Secret string // "" leaves messages unsigned
}

// Delivery is a message that is to be sent.
type Delivery struct {
	Webhook
	JobID    string
	ID       string // of the message, the same in every attempt
	Attempts int    // so far
}

func insertWebhook(ctx context.Context, tx *sql.Tx, jobID string, hook *Webhook) error {
	if hook == nil {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO webhooks (job_id, id, url, secret, status) VALUES (?, ?, ?, nullif(?, ''), ?)`,
		jobID, "msg_"+uuid.NewString(), hook.URL, hook.Secret, cloud.WebhookWaiting)
	return err
}

// announce makes the message of a job that ends due, in the transaction that
// ends it.
func announce(ctx context.Context, tx *sql.Tx, jobID, at string) error {
	_, err := tx.ExecContext(ctx, `UPDATE webhooks SET status = ?, due_at = ? WHERE job_id = ? AND status = ?`,
		cloud.WebhookPending, at, jobID, cloud.WebhookWaiting)
	return err
}

// Webhook returns the webhook of a job, or nil.
func (s *Store) Webhook(ctx context.Context, jobID string) (*Webhook, error) {
	var hook Webhook
	err := s.read.QueryRowContext(ctx, `SELECT url, coalesce(secret, '') FROM webhooks WHERE job_id = ?`, jobID).Scan(&hook.URL, &hook.Secret)
	if err == sql.ErrNoRows {
		return nil, nil
	}
	return &hook, err
}

// DueDeliveries returns at most limit messages that are due, longest first.
// Projects take turns: one whose receiver hangs does not hold up the others.
func (s *Store) DueDeliveries(ctx context.Context, now time.Time, limit int) ([]Delivery, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT w.url, coalesce(w.secret, ''), w.job_id, w.id, w.attempts
		FROM webhooks w JOIN jobs j ON j.id = w.job_id WHERE w.status = 'pending' AND w.due_at <= ?
		ORDER BY row_number() OVER (PARTITION BY j.project_id ORDER BY w.due_at), w.due_at LIMIT ?`, cloud.Timestamp(now), limit)
	return collect(rows, err, func(row scanner) (d Delivery, err error) {
		return d, row.Scan(&d.URL, &d.Secret, &d.JobID, &d.ID, &d.Attempts)
	})
}

// NextDelivery returns when the next message is due; ok is false when none is.
func (s *Store) NextDelivery(ctx context.Context) (at time.Time, ok bool, err error) {
	var due *string
	err = s.read.QueryRowContext(ctx, `SELECT min(due_at) FROM webhooks WHERE status = 'pending'`).Scan(&due)
	if err != nil || due == nil {
		return at, false, err
	}
	at, err = time.Parse(time.RFC3339, *due)
	return at, err == nil, err
}

// Attempt is how an attempt to deliver a message went.
type Attempt struct {
	Status     cloud.WebhookStatus // after it
	HTTPStatus int                 // 0 without an answer
	Error      string
	DueAt      string // of the next one, "" when there is none
}

// RecordAttempt stores an attempt. ErrNotFound: the job is deleted.
func (s *Store) RecordAttempt(ctx context.Context, jobID string, a Attempt) error {
	return s.change(ctx, ErrNotFound, `UPDATE webhooks SET status = ?, attempts = attempts + 1, due_at = nullif(?, ''),
		last_status = nullif(?, 0), last_error = nullif(?, '') WHERE job_id = ?`, a.Status, a.DueAt, a.HTTPStatus, a.Error, jobID)
}
