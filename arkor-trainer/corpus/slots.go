package corpus

import (
	"fmt"
	"strconv"
	"strings"
)

// isFact reports whether a slot holds something that an answer can only know
// from the conversation.
func isFact(slot string) bool {
	switch slot {
	case "name", "order", "product", "amount", "plan", "feature", "device", "city", "company",
		"colour", "size", "day", "wrong", "month", "sent", "due", "status", "place", "signer",
		"hobby", "food", "drink", "weather", "plans", "job", "animal":
		return true
	}
	return false
}

// drawSlot chooses the value of a slot.
func drawSlot(r *random, slot string) string {
	switch slot {
	case "order":
		return strconv.Itoa(10000 + r.intn(89999))
	case "amount", "wrong":
		return fmt.Sprintf("%d %s", 5+r.intn(115), pick(r, []string{"dollars", "euros", "pounds", "euros", "dollars"}))
	case "few":
		return pick(r, words("two|three|four|five|six|seven"))
	case "number":
		return strconv.Itoa(2 + r.intn(18))
	}
	if slot == "signer" {
		slot = "name"
	}
	values, ok := slotWords[slot]
	if !ok {
		panic("corpus: unknown slot " + slot)
	}
	return pick(r, words(values))
}

func words(list string) []string { return strings.Split(list, "|") }

// slotWords holds the values of the other slots, separated by "|".
var slotWords = map[string]string{
	"name": "Anna|Ben|Clara|David|Emma|Felix|Grace|Hugo|Ida|Jonas|Kate|Leo|Maria|Nina|Oscar|Paula|Quinn|Rosa|Sam|Tom|" +
		"Ursula|Victor|Wendy|Yara|Zoe|Adam|Bella|Carl|Diana|Erik|Fiona|George|Hannah|Ivan|Julia|Kevin|Lena|Martin|Nora|Peter",
	"product": "desk lamp|blue jacket|coffee machine|kettle|backpack|pair of boots|pair of shoes|winter coat|phone case|headset|" +
		"keyboard|mouse|monitor|office chair|bookshelf|table|garden hose|tent|sleeping bag|bicycle light|helmet|water bottle|" +
		"toaster|blender|vacuum cleaner|pillow|blanket|set of towels|carpet|mirror|picture frame|wall clock|speaker|camera|tripod|" +
		"charger|cable|watch|handbag|scarf|sweater|dress|shirt|pair of jeans|raincoat|umbrella|toy train|board game|puzzle|notebook|" +
		"set of pens|cooking pot|frying pan|set of knives|set of plates|mug|teapot|drill|toolbox|ladder|plant pot",
	"feature": "calendar|report page|dashboard|search|export|chat window|file upload|contact list|invoice page|photo editor|" +
		"time tracker|task list|mobile app|desktop app|web page|login page|backup|map|printer setup|mail import",
	"plan":      "basic plan|team plan|pro plan|family plan|student plan|yearly plan|monthly plan|business plan",
	"device":    "phone|tablet|laptop|old computer|work computer|new phone|home computer",
	"browser":   "my browser|another browser|the newest browser|two browsers",
	"company":   "Brightshop|Northwind Store|Green Corner|Papertown|Homely|Cloudnote|Taskbird|Mailbox Plus|Fieldly|Sunny Goods|Planwell|Little Market",
	"city":      "Berlin|Paris|London|Madrid|Rome|Vienna|Oslo|Dublin|Lisbon|Prague|Boston|Chicago|Denver|Toronto|Sydney",
	"colour":    "red|blue|green|black|white|grey|yellow|brown|pink|orange",
	"size":      "small|medium|large|extra large",
	"day":       "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
	"sent":      "Monday|Tuesday|Wednesday",
	"due":       "Thursday|Friday|Saturday",
	"month":     "January|February|March|April|May|June|July|August|September|October|November|December",
	"ago":       "two days ago|three days ago|a week ago|ten days ago|two weeks ago|three weeks ago|last month|yesterday",
	"since":     "since this morning|since yesterday|since the last update|for two days|for a week|since Monday|all day",
	"place":     "at the post office|at a parcel shop|with a neighbour|in our warehouse|at the delivery centre|on the delivery van",
	"status":    "packed|paid|waiting for stock|ready to leave|being checked",
	"when":      "today|tomorrow|this week|by the end of the week|within two days|within a day|in the next few days",
	"error":     "unknown error|connection lost|something went wrong|please try again|file not found|server busy|access denied",
	"fruit":     "apples|pears|plums|grapes|lemons|cherries|bananas|melons",
	"animal":    "cat|dog|horse|bird|rabbit|fish|duck|goat|cow|sheep",
	"hobby":     "reading|cooking|running|swimming|painting|gardening|cycling|singing|dancing|hiking|fishing|knitting",
	"food":      "soup|pasta|bread and cheese|a salad|pancakes|rice with vegetables|an omelette|a sandwich|potatoes|fruit with yoghurt",
	"drink":     "tea|coffee|water|apple juice|hot chocolate|lemonade",
	"weather":   "sunny|rainy|cold|warm|windy|cloudy|foggy|snowy|very hot|mild",
	"plans":     "visit my parents|clean the kitchen|meet a friend|go for a walk|read a book|bake a cake|watch a film|work in the garden|go to the market|fix my bike",
	"salemonth": "May|June|November|January",
	"favourite": "blue|black|white|small|light|simple",
	"wish":      "go for a walk|read a book|bake a cake|watch a film|call a friend|learn a song|write a letter|draw a picture",
	"idea":      "soup|pasta|rice with vegetables|an omelette|a big salad|pancakes|fish with potatoes|a warm bread",
	"topicword": "late delivery|double charge|new password|wrong size|app crash|refund|broken lamp|invoice",
	"job":       "teacher|nurse|baker|driver|designer|farmer|student|cook|shop owner|engineer",
}
