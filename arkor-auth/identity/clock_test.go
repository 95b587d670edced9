package identity

import (
	"strings"
	"testing"
	"time"

	"github.com/arkorlab/arkor-go/shared/openidtest"
)

// T6: a clock that is off by a day neither wears a token out early nor keeps it
// for too long. Whoever asks is told by their own clock.
func TestAClockThatIsOff(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	now := time.Now()
	for _, test := range []struct {
		name    string
		ours    time.Duration // how far our clock is ahead
		known   time.Duration // what is on file of it, of the provider's clock
		left    time.Duration // by the true time
		renewed bool
	}{
		{"ahead, and an hour left", day, -day, time.Hour, false},
		{"ahead, and none left", day, -day, time.Second, true},
		{"behind, and an hour left", -day, day, time.Hour, false},
		{"behind, and none left", -day, day, -time.Minute, true},
		{"ahead, which nobody knows", day, 0, time.Hour, true},
	} {
		a := newAPI(t)
		m, server := account(t, a)
		m.Now = func() time.Time { return now.Add(test.ours) }
		c := m.stored()
		at := now.Add(test.left).Unix()
		c.ExpiresAt, c.ClockOffset = &at, int64(test.known/time.Second)
		m.keeps(c)
		who, err := m.Resolve(t.Context(), a.choice())
		if err != nil || (who.Token != c.Token) != test.renewed || (server.Count("refresh_token") == 1) != test.renewed {
			t.Errorf("%s: %d requests, %v", test.name, server.Count("refresh_token"), err)
		}
		if want := now.Add(test.left + test.ours).Unix(); !test.renewed && *who.ExpiresAt != want {
			t.Errorf("%s: expires at %d, want %d", test.name, *who.ExpiresAt, want)
		}
	}
}

// T6, from the provider's Date header to what is on file and back.
func TestTheProvidersClock(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
		a := newAPI(t)
		m, server := account(t, a)
		server.Behave(func(b *openidtest.Behaviour) { b.ClockOffset = ahead })
		m.left(-time.Second)
		renewed, err := m.Resolve(t.Context(), a.choice())
		if err != nil {
			t.Fatal(err)
		}
		if off := m.stored().ClockOffset - int64(ahead/time.Second); off < -5 || off > 5 {
			t.Errorf("%v: stored %d", ahead, m.stored().ClockOffset)
		}
		if off := *renewed.ExpiresAt - time.Now().Add(time.Hour).Unix(); off < -60 || off > 5 {
			t.Errorf("%v: expires in an hour and %d s by our clock", ahead, off)
		}
		if again, err := m.Resolve(t.Context(), a.choice()); err != nil || again.Token != renewed.Token || server.Count("refresh_token") != 1 {
			t.Errorf("%v: it was renewed again, %v", ahead, err)
		}
		// Once the clocks agree, nothing is kept of it.
		server.Behave(func(b *openidtest.Behaviour) { b.ClockOffset = 0 })
		m.Rejected = Hash(renewed.Token)
		if _, err := m.Resolve(t.Context(), a.choice()); err != nil || strings.Contains(m.file(), "clockOffset") {
			t.Errorf("%v: stored %s, %v", ahead, m.file(), err)
		}
	}
}
