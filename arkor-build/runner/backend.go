package runner

import (
	"fmt"

	"github.com/arkorlab/arkor-go/shared/backend"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/sibling"
)

// UseBackend returns env for a run that talks to the backend that --backend
// names; "" names none. Whoever wants a token asks arkor-auth, and that goes by
// the environment before anything else.
func UseBackend(env cli.Env, name string) (cli.Env, error) {
	if name == "" {
		return env, nil
	}
	choice, err := backend.Parse(name, "--backend")
	if err != nil {
		return env, err
	}
	settings := []string{"ARKOR_BACKEND=" + name}
	if !choice.Local {
		// What the package "arkor" goes by where there is no arkor-auth.
		settings = append(settings, "ARKOR_CLOUD_API_URL="+choice.URL)
	} else if _, err := findAuth(env); err != nil {
		return env, fmt.Errorf("%s cannot be asked: %w", choice, err)
	}
	env.Environ = append(append([]string{}, env.Environ...), settings...)
	return env, nil
}

// authVariable names the arkor-auth that the package "arkor" asks.
const authVariable = "ARKOR_AUTH_BIN"

func findAuth(env cli.Env) (string, error) {
	if named := env.Getenv(authVariable); named != "" {
		return named, nil
	}
	return sibling.Find(env, "arkor-auth")
}
