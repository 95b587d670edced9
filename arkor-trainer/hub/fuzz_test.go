package hub

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func FuzzListing(f *testing.F) {
	const hash = "0123456789abcdef0123456789abcdef01234567"
	f.Add([]byte(`{"sha":"` + hash + `","siblings":[{"rfilename":"a/b.json","size":3,"blobId":"` + hash + `"},{"rfilename":"../x","blobId":"` + hash + `"}]}`))
	f.Add([]byte(`{"sha":"` + hash + `","siblings":[{"rfilename":".","blobId":"` + hash + `"}]}`))
	f.Add([]byte(`{"sha":"` + hash + `","siblings":[{"rfilename":"w","lfs":{"sha256":"` + hash + `","size":-1}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r repository
		if err := r.parse(data); err != nil {
			return
		}
		for _, file := range r.Files {
			blob, _ := file.blob()
			for _, name := range []string{file.Name, blob} {
				if joined := filepath.Join("cache", filepath.FromSlash(name)); !strings.HasPrefix(joined, "cache"+string(filepath.Separator)) {
					t.Errorf("%q would be kept at %s", name, joined)
				}
			}
		}
	})
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"weight_map":{"a":"one.safetensors","b":"../two"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		shards, err := readShards(fstest.MapFS{indexFile: {Data: data}})
		for _, shard := range shards {
			if err != nil || !filepath.IsLocal(shard) {
				t.Errorf("shard %q, %v", shard, err)
			}
		}
	})
}
