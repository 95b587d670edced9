package api

import (
	"encoding/json"

	"github.com/arkorlab/arkor-go/arkor-backend/store"
	"github.com/arkorlab/arkor-go/arkor-backend/webhook"
)

// maxWebhookURL is far beyond the address of any receiver.
const maxWebhookURL = 2048

// checkWebhook reads whom the job's end is to be told, and takes the secret out
// of fields, which is what is stored. changed says that it did.
func (s *server) checkWebhook(fields map[string]json.RawMessage) (hook *store.Webhook, changed bool, err error) {
	const at = "config.webhook"
	raw, ok := fields["webhook"]
	if !ok {
		return nil, false, nil
	}
	var given map[string]json.RawMessage
	if json.Unmarshal(raw, &given) != nil || given == nil {
		return nil, false, invalid(at, "must be an object with a url")
	}
	if err := refuseLookalikes(at+".", given, []string{"url", "secret"}); err != nil {
		return nil, false, err
	}
	hook = &store.Webhook{}
	if text(given["url"]) != "" || json.Unmarshal(given["url"], &hook.URL) != nil || len(hook.URL) > maxWebhookURL {
		return nil, false, invalid(at+".url", "must be a string of at most %d characters", maxWebhookURL)
	}
	if _, err := s.Receivers.CheckURL(hook.URL); err != nil {
		return nil, false, invalid(at+".url", "%v", err)
	}
	secret, ok := given["secret"]
	if !ok {
		return hook, false, nil
	}
	if text(secret) != "" || json.Unmarshal(secret, &hook.Secret) != nil {
		return nil, false, invalid(at+".secret", "must be a string")
	}
	if _, err := webhook.Key(hook.Secret); err != nil {
		return nil, false, invalid(at+".secret", "%v", err)
	}
	delete(given, "secret")
	fields["webhook"], err = json.Marshal(given)
	return hook, true, err
}
