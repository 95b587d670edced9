package webhook

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

// The example of the Standard Webhooks specification, which the libraries that
// verify messages are tested with.
func TestSign(t *testing.T) {
	t.Parallel()
	key, err := Key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := Sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	of := func(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
	for secret, good := range map[string]bool{
		"whsec_" + of(24): true, "whsec_" + of(32): true, "whsec_" + of(64): true,
		"": false, "whsec_": false, "hunter2": false, of(32): false, "whsec_" + of(23): false, "whsec_" + of(65): false,
		"whsec_" + of(32) + "\n": false, "whsec_" + strings.TrimRight(of(32), "="): false, "WHSEC_" + of(32): false,
	} {
		if _, err := Key(secret); (err == nil) != good {
			t.Errorf("%q: %v", secret, err)
		} else if err != nil && secret != "" && strings.Contains(err.Error(), secret) && len(secret) > 6 {
			t.Errorf("the error shows %q", secret)
		}
	}
}

func FuzzKey(f *testing.F) {
	f.Add("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	f.Add("whsec_\n")
	f.Fuzz(func(t *testing.T, secret string) {
		key, err := Key(secret)
		if err == nil && secretPrefix+base64.StdEncoding.EncodeToString(key) != secret {
			t.Errorf("%q is another way to write %x", secret, key)
		}
	})
}
