package daemon

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// activity knows how many requests are being served and since when there was
// none. Those about the daemon itself are no work: one may still be under way
// when whoever got its answer asks an idle daemon to leave.
type activity struct {
	mu    sync.Mutex
	count int
	last  time.Time
}

func newActivity() *activity { return &activity{last: time.Now()} }

func (a *activity) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1/backend") {
			a.touch()
			next.ServeHTTP(w, r)
			return
		}
		a.add(1)
		defer a.add(-1)
		next.ServeHTTP(w, r)
	})
}

func (a *activity) add(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.count += n
	a.last = time.Now()
}

func (a *activity) touch() { a.add(0) }

func (a *activity) serving() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.count > 0
}

// quiet returns how long nothing happened, 0 while a request is being served.
func (a *activity) quiet() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.count > 0 {
		return 0
	}
	return time.Since(a.last)
}
