package corpus

// Documents returns n pieces of structured text, such as JSON objects, forms
// and lines of code. They are no conversations and nobody is asked for them:
// read by themselves in pre-training, they give the tokens of such texts a
// meaning, without which a tuned model could not tell one from another. The
// same seed gives the same pieces, and a larger n only adds to them.
func Documents(seed int64, n int) []string {
	r := &random{state: uint64(seed)}
	texts := make([]string, n)
	for i := range texts {
		texts[i] = structured(r)
	}
	return texts
}
