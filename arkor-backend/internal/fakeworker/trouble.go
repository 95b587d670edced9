package fakeworker

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// trouble does what no worker should, where an answer begins with such a word:
// "noise" (other lines between those of the answer), "mute" (never answer),
// "deaf" (take no more requests), "flood" (answer without end), "overlong" (print
// a line without end). A folder called "stuck" holds a model that is never
// loaded.
func trouble(id, word string) bool {
	switch word {
	case "noise":
		say(`warning: this is no line of the protocol`)
		say(`{"id":%q,"type":"token","text":"still "}`, id)
		say(`{"id":%q,"type":"reading"}`, id)
		say(`{"id":%q,"type":"dance"}`, id)
		say(`{"id":"unknown","type":"token","text":"nobody's"}`)
		say(`[]`)
		say(`{"id":%q,"type":"token","text":"here"}`, id)
		say(`{"id":%q,"type":"done","finishReason":"stop"}`, id)
	case "mute":
	case "deaf":
		say(`{"id":%q,"type":"token","text":"deaf"}`, id)
		time.Sleep(time.Hour)
	case "flood":
		text := strings.Repeat("x", 100)
		for range 1 << 14 {
			if _, err := fmt.Fprintf(os.Stdout, `{"id":%q,"type":"token","text":%q}`+"\n", id, text); err != nil {
				return true
			}
		}
	case "overlong":
		for {
			if _, err := fmt.Fprint(os.Stdout, strings.Repeat("x", 1<<16)); err != nil {
				return true
			}
		}
	default:
		return false
	}
	return true
}
