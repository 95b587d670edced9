import { hrefOf } from "../router/route.ts";

const documentation = "https://github.com/arkorlab/arkor-go/blob/main/docs/getting-started.md";

export function Tiles() {
  return (
    <div class="tiles">
      <a class="card tile" href={hrefOf({ view: "playground", adapter: null, step: null })}>
        <span class="tile-title">Open the Playground</span>
        <span class="quiet">Ask the base model and what you have trained the same question.</span>
      </a>
      <a class="card tile" href={documentation} target="_blank" rel="noopener noreferrer">
        <span class="tile-title">Documentation</span>
        <span class="quiet">What each file of a project does, real models, other backends.</span>
      </a>
    </div>
  );
}
