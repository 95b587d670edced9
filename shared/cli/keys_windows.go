package cli

import "context"

// Keys has nothing to offer here: a console hands over whole lines.
func Keys(context.Context, any, func(key byte)) (restore func()) { return func() {} }
