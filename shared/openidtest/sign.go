package openidtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"strings"
	"time"
)

const keyID = "key-1"

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // no randomness, or no memory
	}
	return key
}

// Issue returns an access token with these claims before the usual ones. A
// claim that is nil is left out.
func (p *Provider) Issue(claims map[string]any) string {
	return p.sign(p.key, p.accessClaims(p.now(), Audience, claims))
}

// IssueForged is Issue with the signature of a key that is not the provider's.
func (p *Provider) IssueForged(claims map[string]any) string {
	return p.sign(p.foreign, p.accessClaims(p.now(), Audience, claims))
}

// IssueUnsigned is Issue with the algorithm "none" and no signature.
func (p *Provider) IssueUnsigned(claims map[string]any) string {
	token := unsigned(map[string]any{"alg": "none", "typ": "JWT"}, p.accessClaims(p.now(), Audience, claims)) + "."
	p.remember(token)
	return token
}

// accessClaims are the claims of an access token: the defaults, over them those
// of the behaviour, over them those given.
func (p *Provider) accessClaims(b Behaviour, audience string, more map[string]any) map[string]any {
	claims := p.commonClaims(b)
	claims["aud"] = []string{audience}
	claims["azp"] = ClientID
	for _, over := range []map[string]any{b.Claims, more} {
		maps.Copy(claims, over)
	}
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	return claims
}

func (p *Provider) commonClaims(b Behaviour) map[string]any {
	now := b.clock()
	return map[string]any{
		"iss": p.Issuer(), "sub": b.subject(), "email": b.subject() + "@example.test",
		"iat": now.Unix(), "exp": now.Add(b.expiresIn()).Unix(), "jti": random(),
	}
}

func (b Behaviour) expiresIn() time.Duration {
	if b.ExpiresIn == 0 {
		return time.Hour
	}
	return b.ExpiresIn
}

// sign makes a token of claims (RFC 7515, RS256) and remembers it.
func (p *Provider) sign(key *rsa.PrivateKey, claims map[string]any) string {
	text := unsigned(map[string]any{"alg": "RS256", "typ": "JWT", "kid": keyID}, claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	token := text + "." + base64.RawURLEncoding.EncodeToString(signature)
	p.remember(token)
	return token
}

func (p *Provider) remember(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.secrets = append(p.secrets, token)
}

func unsigned(header, claims map[string]any) string {
	parts := make([]string, 2)
	for i, part := range []map[string]any{header, claims} {
		data, err := json.Marshal(part)
		if err != nil {
			panic(err) // a test's claim that is no JSON
		}
		parts[i] = base64.RawURLEncoding.EncodeToString(data)
	}
	return strings.Join(parts, ".")
}

// jwks is the provider's public key (RFC 7517).
func (p *Provider) jwks() map[string]any {
	public := p.key.PublicKey
	return map[string]any{"keys": []map[string]any{{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": keyID,
		"n": base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
	}}}
}
