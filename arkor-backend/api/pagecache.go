package api

import "sync"

// maxPages bounds how many pages of lists are kept, each of at most maxPage jobs.
const maxPages = 16

// pages keeps answers until the store changes: every open page of Studio asks
// for the same list again and again.
type pages struct {
	mu      sync.Mutex
	version uint64 // of the store, that all bodies were read behind
	bodies  map[string][]byte
}

func (p *pages) get(version uint64, key string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.version != version {
		return nil
	}
	return p.bodies[key]
}

func (p *pages) put(version uint64, key string, body []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if version < p.version { // somebody has read later
		return
	}
	if version > p.version || len(p.bodies) >= maxPages || p.bodies == nil {
		p.version, p.bodies = version, map[string][]byte{}
	}
	p.bodies[key] = body
}
