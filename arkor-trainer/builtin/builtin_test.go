package builtin

import (
	"io/fs"
	"testing"
)

func TestTinyFitsIntoTheProgram(t *testing.T) {
	t.Parallel()
	total := int64(0)
	err := fs.WalkDir(Tiny(), ".", func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if limit := int64(13 << 20); err != nil || total == 0 || total > limit {
		t.Errorf("the model takes %d bytes of every binary, at most %d: %v", total, limit, err)
	}
}
