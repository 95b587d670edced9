package backendcmd

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/arkorlab/arkor-go/arkor-backend/api"
	"github.com/arkorlab/arkor-go/shared/cli"
)

// published says where endpoints are reached.
type published struct{ url, domain string }

func (p *published) addTo(flags *ff.FlagSet) {
	flags.AddFlag(ff.FlagConfig{LongName: "public-url", Value: ffval.NewValue(&p.url), NoDefault: true,
		Placeholder: "URL", Usage: "what clients reach this backend at; endpoints are below it at /e/SLUG"})
	flags.AddFlag(ff.FlagConfig{LongName: "endpoint-domain", Value: ffval.NewValue(&p.domain), NoDefault: true,
		Placeholder: "DOMAIN", Usage: "endpoints are at SLUG.DOMAIN too, and say so"})
}

var domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

func (p *published) address() (api.Address, error) {
	a := api.Address{Public: strings.TrimRight(p.url, "/"), Domain: strings.ToLower(p.domain)}
	if p.url != "" {
		u, err := url.Parse(p.url)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return a, cli.Usagef("--public-url %s is not an address like https://arkor.example.com", p.url)
		}
	}
	if p.domain != "" && (len(a.Domain) > 200 || !domainName.MatchString(a.Domain)) {
		return a, cli.Usagef("--endpoint-domain %s is not a name like models.example.com", p.domain)
	}
	return a, nil
}
