package fakeworker

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
)

// preview answers as the plan's "preview" says: "" with the first line of the
// data set, "fast" the same with another speed, "hang" after having told the Control, "die", "garbage", "long".
func preview(path string) int {
	plan, _, err := readPlan(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	switch plan.Preview {
	case "die":
		fmt.Fprintln(os.Stderr, "first words\nlast words")
		return 3
	case "garbage":
		say("loading")
		return 0
	case "long":
		say("%s", strings.Repeat("x", 8<<20))
		return 0
	case "hang":
		conn, err := net.Dial("tcp", plan.Control)
		if err != nil {
			return 4
		}
		defer conn.Close()
		fmt.Fprintln(conn, "step 0")
		_, _ = os.Stdin.Read(make([]byte, 1))
		select {}
	}
	data, _ := os.ReadFile(path)
	var job struct {
		Dataset, EvalDataset *struct{ Path, Name string }
		Speed                *struct{ Low, High float64 }
	}
	_ = json.Unmarshal(data, &job)
	content, _ := os.ReadFile(job.Dataset.Path)
	line, _, _ := strings.Cut(string(content), "\n")
	speed := `{"low":10,"high":20}`
	if plan.Preview == "fast" {
		speed = `{"low":100,"high":200}`
	}
	if job.Speed != nil {
		speed = fmt.Sprintf(`{"low":%g,"high":%g}`, job.Speed.Low, job.Speed.High)
	}
	say(`{"preview":{"model":"arkor/tiny","steps":4,"refusals":[],"warnings":[{"code":"cut_samples","set":"train","file":%q,"line":1,"message":%q,"hint":""}],`+
		`"train":{"file":%q,"samples":1},"heldOut":null,"samples":[],"estimate":{"steps":4,"seconds":%s,"memoryBytes":null,"fits":null,"warnings":[]}},"speed":%s}`,
		job.Dataset.Name, line, job.Dataset.Name, speed, speed)
	return 0
}
