package daemon

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/arkorlab/arkor-go/arkor-backend/blob"
	"github.com/arkorlab/arkor-go/arkor-backend/store"
)

// clean removes what a crash left between a file and the row that refers to it,
// in either order, and the adapters laid out for chats, which are copies. It
// comes before anything that makes files. What cannot be removed costs space,
// nothing else.
func (d *Daemon) clean(ctx context.Context, blobs *blob.Store) {
	hashes, err := blobs.Hashes()
	err = errors.Join(err,
		blobs.Sweep(hashes, func(hash string) (bool, error) { return d.store.Referenced(ctx, hash) }),
		os.RemoveAll(d.o.Home.adapters()),
		d.cleanJobs(ctx),
	)
	if err != nil {
		d.o.Log.Warn("remove files that nobody needs", "error", err)
	}
}

func (d *Daemon) cleanJobs(ctx context.Context) error {
	folders, err := os.ReadDir(d.o.Home.jobs())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, folder := range folders {
		_, missing := d.store.Job(ctx, folder.Name())
		if errors.Is(missing, store.ErrNotFound) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(d.o.Home.jobs(), folder.Name())))
		}
	}
	return err
}
