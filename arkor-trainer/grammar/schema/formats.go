package schema

import (
	"maps"
	"math/big"
	"slices"
	"strings"
)

// Patterns of formats. Each allows texts of its format only, the usual ones; it
// need not allow all. Lengths are bounded, so that an answer comes to an end.
const (
	year      = `[1-9][0-9]{3}`
	leapYear  = `([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)`
	monthDay  = `((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))`
	date      = `(` + year + `-` + monthDay + `|` + leapYear + `-02-29)`
	clock     = `([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])`
	label     = `[a-z0-9]{1,20}(-[a-z0-9]{1,20})?`
	hostname  = label + `(\.` + label + `){0,4}`
	byteValue = `(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])`
	uri       = `(https?|ftp)://` + hostname + `(:[1-9][0-9]{0,3})?(/[A-Za-z0-9._~-]{0,40}){0,8}(\?[A-Za-z0-9._~=&-]{0,80})?(#[A-Za-z0-9._~-]{0,40})?`
)

var formats = map[string]string{
	"date":          date,
	"time":          clock,
	"date-time":     date + `T` + clock,
	"duration":      `P([1-9][0-9]{0,3}D)?T([1-9][0-9]{0,2}H([1-9][0-9]?M([1-9][0-9]?S)?)?|[1-9][0-9]{0,2}M([1-9][0-9]?S)?|[1-9][0-9]{0,2}S)|P[1-9][0-9]{0,3}[DW]`,
	"uuid":          `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`,
	"email":         `[A-Za-z0-9]{1,20}([._+-][A-Za-z0-9]{1,20}){0,2}@` + label + `(\.` + label + `){1,3}`,
	"hostname":      hostname,
	"ipv4":          byteValue + `(\.` + byteValue + `){3}`,
	"ipv6":          `([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}`,
	"uri":           uri,
	"uri-reference": uri,
}

func formatNames() string {
	return strings.Join(slices.Sorted(maps.Keys(formats)), ", ")
}

// numberFormat handles the formats that OpenAPI has for numbers and strings
// beside those of JSON Schema, and reports whether name is one.
func numberFormat(n *node, name string) bool {
	switch name {
	case "int32":
		n.low = higher(n.low, &bound{value: big.NewRat(-1<<31, 1)})
		n.high = lower(n.high, &bound{value: big.NewRat(1<<31-1, 1)})
	case "int64", "float", "double", "password": // no narrower than what is written anyway
	default:
		return false
	}
	return true
}
