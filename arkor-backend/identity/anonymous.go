package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// anonymousPrefix begins the tokens of anonymous identities.
const anonymousPrefix = "anon_"

// OffersAnonymous reports whether anybody gets an anonymous identity. Where it
// is false, those of earlier days are not accepted either.
func (a *Authority) OffersAnonymous() bool { return a.o.Anonymous }

// LimitError means that too many identities were asked for.
type LimitError struct{ Wait time.Duration }

func (e *LimitError) Error() string {
	return fmt.Sprintf("more than %d anonymous identities in a minute; try again later", mintsPerMinute)
}

// slugTries is how many random slugs are tried before something else is wrong.
const slugTries = 8

// Mint makes an anonymous identity of a kind, "cli" or "web", with an
// organisation of its own, whether or not it will be accepted. The token is in
// the answer and nowhere else: the store has its hash. The error may be a
// *LimitError.
func (a *Authority) Mint(ctx context.Context, kind string) (cloud.AnonymousIdentity, error) {
	now := time.Now()
	if wait := a.mints.take(now); wait > 0 {
		return cloud.AnonymousIdentity{}, &LimitError{wait}
	}
	made := cloud.AnonymousIdentity{Token: anonymousPrefix + NewToken(), AnonymousID: uuid.NewString(), Kind: kind}
	sum := sha256.Sum256([]byte(made.Token))
	for try := 1; ; try++ {
		made.PersonalOrg = cloud.Org{ID: uuid.NewString(), Slug: "anon-" + randomHex(4), Name: "Personal"}
		err := a.o.Store.AddAnonymous(ctx, made.AnonymousID, made.PersonalOrg, kind, hex.EncodeToString(sum[:]), now)
		if !errors.Is(err, store.ErrExists) || try == slugTries {
			return made, err
		}
	}
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// mintsPerMinute bounds new identities for all callers together: whoever asks
// has shown nothing that they could be told apart by.
const mintsPerMinute = 30

// limiter lets mintsPerMinute pass in any minute.
type limiter struct {
	mu     sync.Mutex
	passed [mintsPerMinute]time.Time // a ring
	oldest int
}

// take lets one pass, or says how long to wait for that.
func (l *limiter) take(now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait := time.Minute - now.Sub(l.passed[l.oldest]); wait > 0 {
		return wait
	}
	l.passed[l.oldest] = now
	l.oldest = (l.oldest + 1) % len(l.passed)
	return 0
}
