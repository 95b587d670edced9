package preview

import (
	"encoding/json"
	"testing"
)

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"preview":{"refusals":[]}}` + "\n"))
	f.Add([]byte(`{"preview":null,"unavailable":"u"}`))
	f.Add([]byte(`{"type":"submitted"}` + "\n" + `{"type":"error","message":"m","hint":"h","code":"c"}`))
	f.Add([]byte("noise\n{\"preview\":3}\n\n"))
	f.Fuzz(func(t *testing.T, stdout []byte) {
		a, ok := decode(stdout)
		if one := (a.Preview != nil) != (a.Unavailable != "") != (a.Error != ""); ok != one || a.Preview != nil && !json.Valid(a.Preview) {
			t.Errorf("%q: %+v %v", stdout, a, ok)
		}
	})
}
