//go:build unix

package fault

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

// hookSecret signs the messages about jobs.
const hookSecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

// receiver takes the messages about jobs, some of them at the second attempt.
type receiver struct {
	url string

	mu      sync.Mutex
	told    map[string]message // by the job
	refused map[string]bool
	news    chan struct{} // a token when there may be more
	failure error
}

type message struct {
	id, event string
	times     int
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{told: map[string]message{}, refused: map[string]bool{}, news: make(chan struct{}, 1)}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = server.URL + "/ended"
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the backend was killed in the middle of it
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	job, got, err := read(req.Header, body)
	if known := r.told[job]; err == nil && known.times > 0 && (known.id != got.id || known.event != got.event) {
		err = fmt.Errorf("job %s ended as %+v, and then as %+v", job, known, got)
	}
	if err != nil {
		r.failure = err
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if !r.refused[job] && rand.N(4) == 0 {
		r.refused[job] = true
		w.WriteHeader(http.StatusServiceUnavailable) // it comes again
		return
	}
	got.times = r.told[job].times + 1
	r.told[job] = got
	select {
	case r.news <- struct{}{}:
	default:
	}
}

// read checks the signature of a message.
func read(h http.Header, body []byte) (job string, got message, err error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(hookSecret, "whsec_"))
	if err != nil {
		return "", got, err
	}
	got.id = h.Get("webhook-id")
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", got.id, h.Get("webhook-timestamp"), body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if h.Get("webhook-signature") != want {
		return "", got, fmt.Errorf("a message is signed with %q, want %q: %s", h.Get("webhook-signature"), want, body)
	}
	var text struct {
		Type string
		Data struct{ Job cloud.Job }
	}
	if err := json.Unmarshal(body, &text); err != nil {
		return "", got, err
	}
	got.event = text.Type
	if text.Type != "training."+string(text.Data.Job.Status) {
		return "", got, fmt.Errorf("a message of type %s says that the job is %s", text.Type, text.Data.Job.Status)
	}
	return text.Data.Job.ID, got, nil
}

// check waits until it was told of all jobs.
func (r *receiver) check(t *testing.T, jobs map[string]*story) {
	timer := time.NewTimer(2 * time.Minute)
	defer timer.Stop()
	for {
		r.mu.Lock()
		missing, twice := 0, 0
		for id := range jobs {
			switch r.told[id].times {
			case 0:
				missing++
			case 1:
			default:
				twice++
			}
		}
		failure := r.failure
		r.mu.Unlock()
		if failure != nil {
			t.Error(failure)
			return
		}
		if missing == 0 {
			t.Logf("messages came about all jobs, about %d of them more than once", twice)
			return
		}
		select {
		case <-r.news:
		case <-timer.C:
			t.Errorf("no message came about %d of %d jobs", missing, len(jobs))
			return
		}
	}
}
