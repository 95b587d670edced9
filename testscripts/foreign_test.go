//go:build unix

package testscripts

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// The packages that read our exports: llama.cpp as a library for Node.js, and
// Hugging Face's tokenizers and chat templates.
var foreign = []string{"node-llama-cpp@3.22.1", "@node-llama-cpp/linux-x64@3.22.1", "@huggingface/tokenizers@0.2.0", "@huggingface/jinja@0.5.11"}

// askForeign asks the exported files the held-out tickets of the project. One
// thread: those of llama.cpp wait for each other without sleeping, and starve on
// a machine that has other work.
const askForeign = `
import { readFileSync, writeFileSync } from "node:fs";
import { getLlama, LlamaLogLevel } from "node-llama-cpp";
import { Tokenizer } from "@huggingface/tokenizers";
import { Template } from "@huggingface/jinja";

const read = (name) => readFileSync(name, "utf8");
const llama = await getLlama({ gpu: false, build: "never", maxThreads: 1, logLevel: LlamaLogLevel.error });
const theirs = new Tokenizer(JSON.parse(read("merged/tokenizer.json")), JSON.parse(read("merged/tokenizer_config.json")));
const samples = read("data/heldout.jsonl").trim().split("\n").map((line) => JSON.parse(line).messages);
const texts = ["It's 3.14% of 12345 -- don't\n\n  x\t!", "   so", "a\r\nb ", "na\u00efve caf\u00e9 \u65e5\u672c\u8a9e \u{1f600}", "THEY'LL"];
const result = {};
for (const kind of process.argv.slice(2)) {
  const model = await llama.loadModel({ modelPath: kind + "/triage-run-" + kind + ".gguf" });
  const context = await model.createContext({ contextSize: 512, threads: 1 });
  const sequence = context.getSequence();
  const template = new Template(model.fileInfo.metadata.tokenizer.chat_template);
  const found = { answers: 0, same: 0, texts: 0, sameTexts: 0 };
  const prompts = samples.map((messages) => template.render({ messages: messages.slice(0, -1), add_generation_prompt: true }));
  for (const text of [...texts, ...prompts]) {
    found.texts++;
    const ours = JSON.stringify(Array.from(model.tokenize(text, true)));
    if (ours === JSON.stringify(Array.from(theirs.encode(text).ids))) found.sameTexts++;
    else console.error(text, ours);
  }
  for (const { prompt, trainer } of JSON.parse(read(kind + "/parity.json")).answers) {
    const i = samples.findIndex((messages) => messages.at(-2).content === prompt);
    await sequence.clearHistory();
    const tokens = [];
    for await (const token of sequence.evaluate(model.tokenize(prompts[i], true), { temperature: 0, yieldEogToken: true })) {
      if (model.isEogToken(token) || tokens.push(token) === 32) break;
    }
    found.answers++;
    if (model.detokenize(tokens) === trainer) found.same++;
    else console.error(kind, model.detokenize(tokens), trainer);
  }
  result[kind] = found;
}
writeFileSync("found.json", JSON.stringify(result));
process.exit(0);
`

// TestExportsInOtherPrograms loads exports into llama.cpp, which has to answer
// like the trainer, and compares how it and Hugging Face's own code cut text into
// tokens.
func TestExportsInOtherPrograms(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skipf("llama.cpp is fetched for linux-x64 only, this is %s-%s", runtime.GOOS, runtime.GOARCH)
	}
	t.Parallel()
	f := newFolder(t)
	project := filepath.Join(f.root, "demo")
	install := []string{"npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional", "--prefix", f.root}
	if out, err := f.try(f.root, append(install, foreign...)...); err != nil {
		t.Skipf("llama.cpp cannot be fetched: %v\n%s", err, out)
	}
	f.path = binaries + string(os.PathListSeparator) + f.path
	t.Cleanup(func() { stopBackend(f.environ) })
	f.run(f.root, "arkor", "init", "demo", "--template", "triage", "--yes")
	trainer := filepath.Join(project, "src", "arkor", "trainer.ts")
	f.run(project, "sed", "-i", "-e", "s/numTrainEpochs: .*/maxSteps: 20,/", trainer)
	f.run(project, "arkor", "start")
	f.run(project, "arkor", "export", "--format", "merged", "--out", "merged")
	kinds := []string{"f32", "f16", "q8_0"}
	for _, kind := range kinds {
		f.run(project, "arkor", "export", "--format", "gguf", "--type", kind, "--out", kind)
	}
	script := filepath.Join(project, "ask.mjs")
	if err := os.WriteFile(script, []byte(askForeign), 0o600); err != nil {
		t.Fatal(err)
	}
	out := f.run(project, append([]string{"node", script}, kinds...)...)
	data, err := os.ReadFile(filepath.Join(project, "found.json"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", data)
	var found map[string]struct{ Answers, Same, Texts, SameTexts int }
	if err := json.Unmarshal(data, &found); err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds {
		k := found[kind]
		if k.Texts < 100 || k.SameTexts != k.Texts {
			t.Errorf("%s: llama.cpp and Hugging Face cut %d of %d texts into the same tokens\n%s", kind, k.SameTexts, k.Texts, out)
		}
		// Another program adds numbers in another order, so a near tie may turn;
		// quantized weights meet quantized activations there.
		least := k.Answers - 1
		if kind == "q8_0" {
			least = k.Answers / 2
		}
		if k.Answers != 8 || k.Same < least {
			t.Errorf("%s: llama.cpp gives %d of %d answers of the trainer\n%s", kind, k.Same, k.Answers, out)
		}
	}
}
