package daemon_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/arkorlab/arkor-go/shared/cloud"
)

type (
	newKey  struct{ Key cloud.NewEndpointKey }
	keyList struct{ Keys []map[string]any }
)

// 7.22 to 7.24: a key is told once, listed by its prefix, and revoked for good.
func TestEndpointKeys(t *testing.T) {
	t.Parallel()
	b := start(t)
	e := b.endpoint("keyed")
	path := "/v1/endpoints/" + e.ID + "/keys"
	check(t, `{"keys":[]}`, b.do("GET", inDemo(path), nil).text())
	add := func(label string) cloud.NewEndpointKey {
		t.Helper()
		a := b.do("POST", inDemo(path), map[string]string{"label": label})
		b.want(a, 201, "")
		return read[newKey](a).Key
	}
	first, second := add("  production\t"), add(strings.Repeat("ü", 80))
	for _, k := range []cloud.NewEndpointKey{first, second} {
		if !regexp.MustCompile(`^ark_live_[A-Za-z0-9_-]{43}$`).MatchString(k.Plaintext) {
			t.Errorf("key %q", k.Plaintext)
		}
		random, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(k.Plaintext, "ark_live_"))
		if err != nil || len(random) != 32 {
			t.Errorf("%d bytes, %v", len(random), err)
		}
		check(t, k.Plaintext[:17], k.Prefix)
	}
	if first.Plaintext == second.Plaintext || first.ID == second.ID {
		t.Error("twice the same")
	}
	row := func(k cloud.NewEndpointKey, label string, enabled bool) map[string]any {
		return map[string]any{"id": k.ID, "label": label, "prefix": k.Prefix, "enabled": enabled, "createdAt": k.CreatedAt, "lastUsedAt": nil}
	}
	list := func() []map[string]any { return read[keyList](b.do("GET", inDemo(path), nil)).Keys }
	check(t, []map[string]any{row(first, "production", true), row(second, strings.Repeat("ü", 80), true)}, list())

	for range 2 {
		b.want(b.do("DELETE", inDemo(path+"/"+first.ID), nil), 204, "")
	}
	check(t, []map[string]any{row(first, "production", false), row(second, strings.Repeat("ü", 80), true)}, list())

	// 7.20: who may call is another matter.
	b.want(b.do("PATCH", inDemo("/v1/endpoints/"+e.ID), `{"authMode":"none"}`), 200, "")
	add("kept for later")
	check(t, 3, len(list()))

	b.want(b.do("DELETE", inDemo(path+"/unknown"), nil), 404, "key_not_found")
	other := b.endpoint("other")
	b.want(b.do("DELETE", inDemo("/v1/endpoints/"+other.ID+"/keys/"+second.ID), nil), 404, "key_not_found")
	check(t, true, list()[1]["enabled"])
	for _, a := range []answer{
		b.do("GET", inDemo("/v1/endpoints/unknown/keys"), nil),
		b.do("POST", inDemo("/v1/endpoints/unknown/keys"), `{"label":"x"}`),
		b.do("DELETE", inDemo("/v1/endpoints/unknown/keys/"+second.ID), nil),
	} {
		b.want(a, 404, "endpoint_not_found")
	}
}

func TestEndpointKeyLabels(t *testing.T) {
	t.Parallel()
	b := start(t)
	path := inDemo("/v1/endpoints/" + b.endpoint("labels").ID + "/keys")
	for _, body := range []string{
		``, `[]`, `null`, `{}`, `{"label":null}`, `{"label":7}`, `{"label":""}`, `{"label":" \t\n"}`, `{"label":"a\u0007b"}`, `{"label":"a\nb"}`,
		`{"label":"` + strings.Repeat("x", 81) + `"}`,
	} {
		b.want(b.do("POST", path, body), 400, "invalid_request")
	}
	b.want(b.do("POST", path, `{"label":"`+strings.Repeat("x", 2<<20)+`"}`), 413, "body_too_large")
	check(t, `{"keys":[]}`, b.do("GET", path, nil).text())
}

// 7.24: on disk there is nothing that would open the endpoint; 7.21: with the
// endpoint goes everything.
func TestEndpointKeysAreNotStored(t *testing.T) {
	t.Parallel()
	b := start(t)
	e := b.endpoint("secret")
	a := b.do("POST", inDemo("/v1/endpoints/"+e.ID+"/keys"), `{"label":"production"}`)
	b.want(a, 201, "")
	key := read[newKey](a).Key.Plaintext
	check(t, "no-store", a.Header.Get("Cache-Control"))
	b.close()
	err := walkFiles(string(b.options.Home), func(path string) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		if bytes.Contains(data, []byte(key[len(key)-20:])) {
			t.Errorf("the key is in %s", path)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", string(b.options.Home)+"/backend.db")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var hash string
	if err := db.QueryRowContext(t.Context(), `SELECT sha256 FROM endpoint_keys`).Scan(&hash); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(key))
	check(t, hex.EncodeToString(sum[:]), hash)

	b.open()
	b.want(b.do("DELETE", inDemo("/v1/endpoints/"+e.ID), nil), 204, "")
	var left int
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM endpoint_keys`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d keys are left, %v", left, err)
	}
}
