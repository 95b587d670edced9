package corpus

import "testing"

func TestTidy(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"hello .  how are you ?fine", "Hello. How are you?fine"},
		{"a order is a used one. \n yes", "A order is a used one.\nYes"},
		{"it is a apple", "It is an apple"},
		{`"yes" , he said`, `"Yes", he said`},
	} {
		if got := tidy(test.text); got != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
}

func TestAnswersKnowOnlyWhatWasSaid(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		talk := &talk{random: &random{state: seed}, values: map[string]string{}}
		if got := talk.answer("order {order}", "[your [{product}|parcel]|order {order}]"); got != "Your parcel" {
			t.Fatalf("before anything was said: %q", got)
		}
		product := talk.say("{product}")
		got := talk.answer("the {product}", "order {order}")
		if want := tidy("the " + talk.values["product"]); got != want {
			t.Fatalf("after %q: %q", product, got)
		}
	}
}
