package logincmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/arkorlab/arkor-go/arkor-auth/oauthflow"
	"github.com/arkorlab/arkor-go/shared/cli"
	"github.com/arkorlab/arkor-go/shared/cloud"
	"github.com/arkorlab/arkor-go/shared/credentials"
)

func (c *command) signInByBrowser(ctx context.Context, provider oauthflow.Provider) error {
	if err := c.ready(ctx, provider); err != nil {
		return err
	}
	request := oauthflow.NewRequest()
	callback, err := oauthflow.Listen(ctx, provider.Ports, request, c.ignored)
	if err != nil {
		return cli.Hint(err, "close what uses these ports, or sign in with --device")
	}
	url := provider.AuthorizeURL(request, callback.RedirectURI())
	fmt.Fprintf(c.env.Stderr, "Browser: %s\n", url)
	if !c.noBrowser {
		openBrowser(c.env, url)
	}
	fmt.Fprintln(c.env.Stderr, "Waiting for browser callback")
	fresh, err := c.throughBrowser(ctx, provider, request, callback)
	callback.Close(err)
	return c.signedIn(ctx, fresh, err)
}

// ignored says once that somebody else called back: a page could do so any
// number of times.
func (c *command) ignored() {
	c.mentioned.Do(func() {
		fmt.Fprintln(c.env.Stderr, "arkor: warning: a callback that does not belong to this sign-in was ignored")
	})
}

func (c *command) throughBrowser(ctx context.Context, provider oauthflow.Provider, request oauthflow.Request, callback *oauthflow.Callback) (credentials.Credentials, error) {
	late := fmt.Errorf("nobody signed in within %s", minutes(c.patience))
	waiting, cancel := context.WithTimeoutCause(ctx, c.patience, late)
	defer cancel()
	code, err := callback.Wait(waiting)
	if errors.Is(err, late) {
		err = cli.Hint(err, "run the command again; without a browser on this machine use --device")
	}
	if err != nil {
		return credentials.Credentials{}, err
	}
	tokens, err := provider.Exchange(ctx, request, code, callback.RedirectURI())
	if err != nil {
		return credentials.Credentials{}, err
	}
	fresh := provider.Credentials(tokens, c.client.BaseURL)
	return fresh, c.keep(ctx, fresh)
}

// ready reports what speaks against sending a person to the provider.
func (c *command) ready(ctx context.Context, provider oauthflow.Provider) error {
	if err := c.trusts(ctx, provider); err != nil {
		return err
	}
	return provider.Verify(ctx)
}

func (c *command) signInByDevice(ctx context.Context, provider oauthflow.Provider) error {
	if err := c.ready(ctx, provider); err != nil {
		return err
	}
	code, err := provider.RequestDevice(ctx)
	if errors.Is(err, oauthflow.ErrNoDeviceFlow) {
		return cli.Hint(err, "use --oauth; on a machine without a browser, --oauth --no-browser prints the address to visit")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.env.Stderr, "Visit %s and enter the code %s\n", code.URI, code.UserCode)
	if code.Complete != "" {
		fmt.Fprintf(c.env.Stderr, "or visit %s\n", code.Complete)
	}
	fmt.Fprintf(c.env.Stderr, "Waiting for you to agree there (the code holds for %s)\n", minutes(code.Expires))
	tokens, err := provider.WaitDevice(ctx, code)
	var fresh credentials.Credentials
	if err == nil {
		fresh = provider.Credentials(tokens, c.client.BaseURL)
		err = c.keep(ctx, fresh)
	}
	return c.signedIn(ctx, fresh, err)
}

func minutes(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%d seconds", int(d.Seconds()))
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes()))
}

// signedIn ends a sign-in to an account, for better or worse.
func (c *command) signedIn(ctx context.Context, fresh credentials.Credentials, err error) error {
	if err != nil {
		if ctx.Err() == nil {
			fmt.Fprintln(c.env.Stderr, "Login failed")
		}
		return err
	}
	if _, err := fmt.Fprintln(c.env.Stdout, "Signed in"); err != nil {
		return err
	}
	return c.bindProject(ctx, cloud.For(c.env, fresh.Address(), fresh.Token))
}

// maxToken bounds what is read of standard input.
const maxToken = 64 << 10

type tokenRead struct {
	data []byte
	err  error
}

// readToken reads standard input to its end, or a line of a terminal; the end of
// ctx ends the wait, and what is being read is left to the end of the process.
func (c *command) readToken(ctx context.Context) (string, error) {
	read := make(chan tokenRead, 1)
	if file, ok := c.env.Stdin.(*os.File); ok && cli.IsTerminal(file) {
		restore, err := readHidden(file, read)
		if err != nil {
			return "", err
		}
		defer func() {
			restore()
			fmt.Fprintln(c.env.Stderr)
		}()
		fmt.Fprint(c.env.Stderr, "Paste the token, which is not shown, and press Enter: ")
	} else {
		go func() {
			data, err := io.ReadAll(io.LimitReader(c.env.Stdin, maxToken))
			read <- tokenRead{data, err}
		}()
	}
	var o tokenRead
	select {
	case o = <-read:
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	if o.err != nil {
		return "", fmt.Errorf("read the token: %w", o.err)
	}
	token := strings.TrimSpace(string(o.data))
	if !credentials.ValidToken(token) {
		return "", cli.Hint(cli.Usagef("standard input holds no token"), "pipe it in: arkor login --with-token < token.txt")
	}
	return token, nil
}

// hidingTime bounds the wait for a terminal to hide what is typed: one that did
// so before shows no change.
const hidingTime = time.Second

// readHidden begins to read a line that the terminal does not show, and returns
// once it is hidden: an early Ctrl-C would otherwise have the terminal restored
// first and changed afterwards, for good.
func readHidden(file *os.File, read chan<- tokenRead) (restore func(), err error) {
	fd := int(file.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	go func() {
		data, err := term.ReadPassword(fd)
		read <- tokenRead{data, err}
	}()
	for begun := time.Now(); time.Since(begun) < hidingTime && len(read) == 0; time.Sleep(time.Millisecond) {
		if now, err := term.GetState(fd); err != nil || !reflect.DeepEqual(now, before) {
			break
		}
	}
	return func() { _ = term.Restore(fd, before) }, nil
}

// storeToken keeps an access token that was got elsewhere, once the backend has
// taken it. It cannot be renewed.
func (c *command) storeToken(ctx context.Context) error {
	if err := c.trusts(ctx, oauthflow.Provider{}); err != nil {
		return err
	}
	token, err := c.readToken(ctx)
	if err != nil {
		return err
	}
	client := *c.client
	client.Token = token
	if _, err := client.Me(ctx); err != nil {
		return cli.Hint(fmt.Errorf("%s does not take this token: %w", client.BaseURL, err), "get a new one, or name another server with --backend")
	}
	fresh := credentials.Credentials{Mode: credentials.OAuth, Token: token, APIURL: &client.BaseURL}
	if err := c.keep(ctx, fresh); err != nil {
		return err
	}
	return c.signedIn(ctx, fresh, nil)
}
