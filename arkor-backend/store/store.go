// Package store keeps the backend's state in one SQLite file. What a reader
// was told is on disk: a change is committed before anyone hears of it.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"modernc.org/sqlite" // the "sqlite" driver too
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrNotFound: there is no such row in this scope.
	ErrNotFound = errors.New("not found")
	// ErrExists: a row with this name is there already.
	ErrExists = errors.New("already exists")
	// ErrInUse: something that is still active needs the row.
	ErrInUse = errors.New("in use")
	// ErrTerminal: the job has ended and will not change again.
	ErrTerminal = errors.New("the job has ended")
	// ErrTargetGone: the job that an endpoint is to answer with is not in its project.
	ErrTargetGone = errors.New("there is no such job in this project")
	// ErrKeyReused: an idempotency key came back with another request.
	ErrKeyReused = errors.New("idempotency key used for another request")
)

// Store is the database. It may be used by many goroutines.
type Store struct {
	write    *sql.DB // one connection: SQLite has one writer
	read     *sql.DB
	followed followed

	version atomic.Uint64
}

// Version is a number that is another one after every change: what was read
// behind it holds for as long as it stays.
func (s *Store) Version() uint64 { return s.version.Load() }

// Open opens the database at path, makes it when it is absent and brings it to
// the newest schema. It refuses a file written by a newer version.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // SQLite gives its other files the same mode
	if err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	// Every commit reaches the disk (synchronous=FULL): a client must not
	// remember an event that a power cut makes the server forget.
	write, err := open(path, "_txlock=immediate&_pragma=synchronous(FULL)", 1)
	if err != nil {
		return nil, err
	}
	read, err := open(path, "_pragma=query_only(1)", 8)
	if err != nil {
		write.Close()
		return nil, err
	}
	s := &Store{write: write, read: read, followed: followed{jobs: map[string]*tail{}}}
	if err := s.migrate(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	return s, nil
}

func open(path, options string, connections int) (*sql.DB, error) {
	dsn := (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String() +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&" + options
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// Close closes the database.
func (s *Store) Close() error { return errors.Join(s.read.Close(), s.write.Close()) }

// Check reports whether the database can be written.
func (s *Store) Check(ctx context.Context) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE orgs SET id = id WHERE id = 'local'`)
		return err
	})
}

// Full reports whether an error means that the disk is full.
func Full(err error) bool {
	var failed *sqlite.Error
	return errors.Is(err, syscall.ENOSPC) || errors.As(err, &failed) && failed.Code()&0xff == sqlite3.SQLITE_FULL
}

// tx runs f in one transaction of the writer.
func (s *Store) tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	defer s.version.Add(1) // also when the commit's outcome is not known
	return tx.Commit()
}

// change runs one statement; none is the error when it touches no row.
func (s *Store) change(ctx context.Context, none error, statement string, args ...any) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return orElse(err, none)
		}
		return nil
	})
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// orNotFound gives an absent row the store's own error.
func orNotFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}
