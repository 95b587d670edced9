package upstream

import (
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/arkor-studio/errands"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// Q16: a token is asked for again before it ends.
func TestExpired(t *testing.T) {
	t.Parallel()
	u := New(cli.Env{}, errands.New())
	in := func(d time.Duration) *int64 {
		at := time.Now().Add(d).Unix()
		return &at
	}
	for _, c := range []struct {
		at   *int64
		want bool
	}{{nil, false}, {in(time.Hour), false}, {in(2 * early), false}, {in(early / 2), true}, {in(-time.Hour), true}} {
		if got := u.expired(Identity{ExpiresAt: c.at}); got != c.want {
			t.Errorf("%v: %v", c.at, got)
		}
	}
}

func FuzzIdentityError(f *testing.F) {
	f.Add("arkor-auth token: a: b\nhint: c\n")
	f.Add("arkor: warning: x\n\xff")
	f.Fuzz(func(t *testing.T, said string) {
		if e := newIdentityError(said); e.Code == "" {
			t.Errorf("%q: %+v", said, e)
		}
	})
}
