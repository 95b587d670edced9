package endpointscmd

import (
	"fmt"
	"strconv"

	"github.com/peterbourgon/ff/v4"

	"github.com/arkorlab/arkor-go/arkor-backend/options"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
)

// settings are what there is to say about an endpoint beside its target.
type settings struct {
	auth      string
	retention string
}

func (s *settings) addTo(flags *ff.FlagSet, authDefault, retentionDefault string) {
	options.Text(flags, &s.auth, "auth", "MODE", "fixed_api_key: callers need a key; none: everybody may call"+authDefault)
	options.Text(flags, &s.retention, "retention", "DAYS", "how long chats are kept: a number of days, unlimited, or disabled"+retentionDefault)
}

// into checks the settings and adds them to fields.
func (s *settings) into(fields *cloud.EndpointFields) error {
	switch s.auth {
	case "", cloud.AuthNone, cloud.AuthAPIKey:
		fields.AuthMode = s.auth
	default:
		return cli.Usagef("--auth %s is neither %s nor %s", cli.OneLine(s.auth), cloud.AuthAPIKey, cloud.AuthNone)
	}
	switch s.retention {
	case "", cloud.RetainUnlimited, cloud.RetainDisabled:
		fields.RunRetentionMode = s.retention
		return nil
	}
	days, err := strconv.ParseInt(s.retention, 10, 64)
	if err != nil || days < 1 {
		return cli.Usagef("--retention %s is neither a number of days nor %s nor %s", cli.OneLine(s.retention), cloud.RetainUnlimited, cloud.RetainDisabled)
	}
	fields.RunRetentionMode, fields.RunRetentionDays = cloud.RetainDays, days
	return nil
}

// callers says who may call an endpoint.
func callers(e cloud.Endpoint) string {
	if e.AuthMode == cloud.AuthNone {
		return "need no key"
	}
	return "need a key"
}

// kept says how long chats are kept, "" where the backend does not say.
func kept(e cloud.Endpoint) string {
	switch e.RunRetentionMode {
	case cloud.RetainUnlimited:
		return "kept for ever"
	case cloud.RetainDisabled:
		return "not kept"
	case cloud.RetainDays:
		if e.RunRetentionDays == 1 {
			return "kept for a day"
		}
		return fmt.Sprintf("kept for %d days", e.RunRetentionDays)
	}
	return cli.OneLine(e.RunRetentionMode)
}
