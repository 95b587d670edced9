package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/arkorlab/arkor-go/arkor-studio/upstream"
)

// offer is what a backend has, as far as it has told: by its list of models, and
// by how it answers what it is asked anyway. nil is for what is not known yet.
type offer struct {
	Cancel      *bool `json:"cancel"`
	Checkpoints *bool `json:"checkpoints"` // of a job, to ask
	Endpoints   *bool `json:"endpoints"`
	Export      *bool `json:"export"` // artifacts to download
	Estimate    *bool `json:"estimate"`
}

// offers remembers for each address what is offered there.
type offers struct {
	mu     sync.Mutex
	at     map[string]*offer
	models map[string]json.RawMessage // null where there is no list
	asked  map[string]bool
}

func newOffers() *offers {
	return &offers{at: map[string]*offer{}, models: map[string]json.RawMessage{}, asked: map[string]bool{}}
}

// of returns what is known of an address.
func (o *offers) of(address string) (offer, json.RawMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	known, models := o.at[address], o.models[address]
	if known == nil {
		known = &offer{}
	}
	if models == nil {
		models = json.RawMessage("null")
	}
	return *known, models
}

// learn reports whether something is known that was not.
func (o *offers) learn(address string, pick func(*offer) **bool, offered bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.at[address] == nil {
		o.at[address] = &offer{}
	}
	field := pick(o.at[address])
	if *field != nil && **field == offered {
		return false
	}
	*field = &offered
	return true
}

func cancelOf(o *offer) **bool      { return &o.Cancel }
func checkpointsOf(o *offer) **bool { return &o.Checkpoints }
func endpointsOf(o *offer) **bool   { return &o.Endpoints }
func exportOf(o *offer) **bool      { return &o.Export }
func estimateOf(o *offer) **bool    { return &o.Estimate }

// observe learns from an answer. A 404 says nothing about a route below a job,
// which may be gone; that of a list says that there is none.
func (s *Server) observe(address, method, path string, status int) {
	var pick func(*offer) **bool
	list := false
	below, isJob := strings.CutPrefix(path, "/v1/jobs/")
	_, rest, _ := strings.Cut(below, "/")
	switch {
	case path == "/v1/endpoints" && method == http.MethodGet:
		pick, list = endpointsOf, true
	case isJob && rest == "cancel" && method == http.MethodPost:
		pick = cancelOf
	case isJob && rest == "artifacts" && method == http.MethodGet:
		pick = exportOf
	default:
		return
	}
	missing := status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented || list && status == http.StatusNotFound
	if missing || status/100 == 2 {
		if s.offers.learn(address, pick, !missing) {
			s.news.publish(changed{state: true})
		}
	}
}

// askModels asks a backend for its models, once, without anybody waiting.
func (s *Server) askModels(as upstream.Identity) {
	s.offers.mu.Lock()
	known := s.offers.asked[as.APIURL]
	s.offers.asked[as.APIURL] = true
	s.offers.mu.Unlock()
	if known {
		return
	}
	s.errands.Go(func() {
		ctx, cancel := context.WithTimeout(s.leaving, requestTimeout)
		defer cancel()
		models, status := s.modelsOf(ctx, as)
		s.offers.mu.Lock()
		if status == 0 || status >= 500 || status == http.StatusUnauthorized {
			delete(s.offers.asked, as.APIURL) // next time, perhaps
		}
		s.offers.models[as.APIURL] = models
		s.offers.mu.Unlock()
		if models != nil {
			s.offers.learn(as.APIURL, checkpointsOf, true)
			s.news.publish(changed{state: true})
		}
	})
}

// modelsOf returns the list of a backend's models, nil without one.
func (s *Server) modelsOf(ctx context.Context, as upstream.Identity) (models json.RawMessage, status int) {
	res, err := s.upstream.Send(ctx, as, upstream.Request{Method: http.MethodGet, Path: "/v1/models"})
	if err != nil {
		return nil, 0
	}
	defer res.Body.Close()
	var answer struct{ Models json.RawMessage }
	data, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil || res.StatusCode != http.StatusOK || json.Unmarshal(data, &answer) != nil || !bytes.HasPrefix(bytes.TrimSpace(answer.Models), []byte("[")) {
		return nil, res.StatusCode
	}
	return answer.Models, res.StatusCode
}
