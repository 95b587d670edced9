//go:build !(goexperiment.simd && amd64)

package generate

// fastestKernel returns the portable kernel: this build has no other.
func fastestKernel() kernel { return portableKernel() }
