package bundle

import (
	"context"
	"maps"

	"github.com/evanw/esbuild/pkg/api"
)

// Watch bundles and calls report with the outcome, now and after every change
// of a file that the outcome depends on, also of one that is missing. It
// returns when ctx ends, or at once when there is no entry to begin with.
//
// The bundler's own watch mode finds the changes; what is reported is made
// afresh, so that it never differs from what Make gives.
func Watch(ctx context.Context, options Options, report func(*Bundle, error)) error {
	b, err := newBundle(options)
	if err != nil {
		return err
	}
	links := linked{}
	for ctx.Err() == nil {
		b.linked = maps.Clone(links)
		changes, stop, err := b.watchFiles()
		if err != nil {
			return err
		}
		links, err = follow(ctx, options, links, changes, report)
		stop()
		if err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// follow reports a bundle for each change, until one needs other files of a
// workspace than those that are watched, which it returns.
func follow(ctx context.Context, options Options, links linked, changes <-chan struct{}, report func(*Bundle, error)) (linked, error) {
	for {
		// The files that count now have been read once: a later change is noticed.
		select {
		case <-changes:
		case <-ctx.Done():
			return links, context.Cause(ctx)
		}
		b, err := newBundle(options)
		if err == nil {
			err = b.make()
			if !maps.Equal(b.linked, links) {
				return b.linked, nil
			}
		}
		report(b, err)
	}
}

// watchFiles starts to watch what the bundler reads. The channel gets a value
// when it has read everything for the first time and after each change.
func (b *Bundle) watchFiles() (changes <-chan struct{}, stop func(), err error) {
	read := make(chan struct{}, 1)
	settings := b.settings()
	settings.Plugins = append(settings.Plugins, api.Plugin{Name: "watch", Setup: func(build api.PluginBuild) {
		build.OnEnd(func(*api.BuildResult) (api.OnEndResult, error) {
			select {
			case read <- struct{}{}:
			default: // the last change has not been looked at yet
			}
			return api.OnEndResult{}, nil
		})
	}})
	watcher, failed := api.Context(settings)
	if failed != nil {
		return nil, nil, &Error{Errors: failed.Errors}
	}
	if err := watcher.Watch(api.WatchOptions{}); err != nil {
		watcher.Dispose()
		return nil, nil, err
	}
	return read, watcher.Dispose, nil
}
