// Package backend decides which training backend a command talks to. It is the
// one place that knows the order of the settings.
package backend

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/credentials"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// ManagedCloud is the address behind the word "cloud".
const ManagedCloud = credentials.ManagedCloud

// Choice is the active backend.
type Choice struct {
	Local bool   // the backend on this machine, started on demand
	URL   string // of the API, without a slash at the end; "" when Local
	From  string // the setting that decided, for messages
}

// String is what messages call the backend.
func (c Choice) String() string {
	if c.Local {
		return "the local backend"
	}
	return c.URL
}

// Service is what sentences about a person's identity call the backend.
func (c Choice) Service() string {
	if c.URL == ManagedCloud {
		return "Arkor Cloud"
	}
	return c.String()
}

// Account is what they call a person's account there.
func (c Choice) Account() string {
	if c.URL == ManagedCloud {
		return "your Arkor Cloud account"
	}
	return "your account at " + c.String()
}

// Choose returns the backend for the project in env.Dir. The first of these
// that says something decides: flag (the value of --backend), ARKOR_BACKEND,
// ARKOR_CLOUD_API_URL, the project's config file, the address stamped on the
// stored credentials, the managed cloud.
func Choose(ctx context.Context, env cli.Env, flag string) (Choice, error) {
	if flag != "" {
		return Parse(flag, "--backend")
	}
	if value := env.Getenv("ARKOR_BACKEND"); value != "" {
		return Parse(value, "ARKOR_BACKEND")
	}
	// Set but empty is a mistake, and the managed cloud no place to send its
	// consequences to.
	if value, ok := env.LookupEnv("ARKOR_CLOUD_API_URL"); ok {
		address, err := Address(value)
		if err != nil {
			err = fmt.Errorf("ARKOR_CLOUD_API_URL: %w", err)
			return Choice{}, cli.Hint(err, "set it to the https:// address of a server, or unset it")
		}
		return Choice{URL: address, From: "ARKOR_CLOUD_API_URL"}, nil
	}
	for _, ask := range [...]func(context.Context, cli.Env) (value, from string, err error){configured, stamped} {
		value, from, err := ask(ctx, env)
		if err != nil {
			return Choice{}, err
		}
		if value != "" {
			return Parse(value, from)
		}
	}
	return Choice{URL: ManagedCloud, From: "default"}, nil
}

// Parse reads one setting: "local", "cloud" or an address. from names the
// setting in the error.
func Parse(value, from string) (Choice, error) {
	switch value {
	case "local":
		return Choice{Local: true, From: from}, nil
	case "cloud":
		return Choice{URL: ManagedCloud, From: from}, nil
	}
	address, err := Address(value)
	if err != nil {
		err = fmt.Errorf("%s: %w", from, err)
		return Choice{}, cli.Hint(err, "a backend is `local`, `cloud`, or the https:// address of a server")
	}
	return Choice{URL: address, From: from}, nil
}

// Address checks the address of a server that gets tokens: https, or http on
// this machine. Slashes at the end are removed. The error never repeats its input
// where that may hold a password.
func Address(value string) (string, error) {
	u, err := url.Parse(value)
	switch {
	case value == "":
		return "", errors.New("the address is empty")
	case err != nil:
		return "", errors.New("not an address")
	case u.User != nil:
		return "", errors.New("the address must not contain a user name or password")
	case u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "", u.Opaque != "":
		return "", fmt.Errorf("%q is not an address", value)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("the address must end with its path")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", fmt.Errorf("%s would send the token unencrypted; use https://", value)
	}
	return strings.TrimRight(value, "/"), nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// configured asks arkor-build what the project's config file says. It starts
// nothing where there is no such file.
func configured(ctx context.Context, env cli.Env) (value, file string, err error) {
	for _, extension := range [...]string{"ts", "mts", "js", "mjs"} {
		file = "arkor.config." + extension
		_, err = os.Stat(filepath.Join(env.Dir, file))
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", file, err
		}
	}
	if err != nil {
		return "", "", nil
	}
	var config struct{ Backend any }
	if err := sibling.JSON(ctx, env, &config, "arkor-build", "config", "--json"); err != nil {
		var missing *sibling.NotFoundError
		if errors.As(err, &missing) {
			err = cli.Hint(fmt.Errorf("%s cannot be read: %w", file, missing),
				"install arkor-build beside the other binaries, or say --backend local")
		}
		return "", file, err
	}
	switch backend := config.Backend.(type) {
	case nil:
		return "", file, nil
	case string:
		if backend != "" {
			return backend, file, nil
		}
	}
	return "", file, cli.Hint(fmt.Errorf("%s: backend is not a name or an address", file),
		"write `export default { backend: \"local\" }`")
}

// stamped returns the address that the stored credentials were issued by. A
// file that says nothing of use counts as none, as it does for its owner; one
// that cannot be read is an error, because it may hold a session. A token from
// the environment does not belong to the stored identity: its address is not
// asked for then.
func stamped(_ context.Context, env cli.Env) (value, file string, err error) {
	if strings.TrimSpace(env.Getenv("ARKOR_TOKEN")) != "" {
		return "", "", nil
	}
	store, err := credentials.Open(env)
	if err != nil {
		return "", "", nil // without a home nothing is stored
	}
	stored, err := store.Peek()
	switch {
	case errors.Is(err, credentials.ErrSignedOut), errors.Is(err, credentials.ErrUnusable):
		return "", "", nil
	case err == nil && stored.Address() == "":
		err = fmt.Errorf("%s: the address is empty", store.Path())
		err = cli.Hint(err, "sign in again with `arkor login --backend` and the address of your server")
	}
	return stored.Address(), store.Path(), err
}
