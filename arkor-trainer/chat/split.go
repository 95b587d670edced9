package chat

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"math"
)

// Split sets about a fraction (0 to 1) of the samples aside for evaluation. A
// sample's side depends on its messages and the seed alone: it stays the same
// when others are added, removed or reordered, and equal conversations are
// always on the same side. With a fraction above 0 and at least two different
// samples neither side is empty.
func Split(samples []Sample, fraction float64, seed int64) (train, heldOut []Sample) {
	if !(fraction > 0) || len(samples) == 0 { // also when it is not a number
		return samples, nil
	}
	hashes := make([]uint64, len(samples))
	lowest, highest := uint64(math.MaxUint64), uint64(0)
	for i, s := range samples {
		hashes[i] = sampleHash(s, seed)
		lowest, highest = min(lowest, hashes[i]), max(highest, hashes[i])
	}
	limit := uint64(math.MaxUint64)
	if fraction < 1 {
		limit = uint64(fraction * math.MaxUint64)
	}
	limit = max(limit, lowest)
	if lowest < highest {
		limit = min(limit, highest-1)
	}
	for i, s := range samples {
		if hashes[i] <= limit {
			heldOut = append(heldOut, s)
		} else {
			train = append(train, s)
		}
	}
	return train, heldOut
}

// sampleHash depends on nothing but roles and contents.
func sampleHash(s Sample, seed int64) uint64 {
	h := sha256.New()
	_ = binary.Write(h, binary.LittleEndian, seed)
	_ = json.NewEncoder(h).Encode(s.Messages) // strings always encode, and a hash takes every write
	return binary.LittleEndian.Uint64(h.Sum(nil))
}
