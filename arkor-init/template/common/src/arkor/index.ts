// `arkor build` and `arkor start` read this file: what it exports is what can
// be run. Training settings live in trainer.ts. How good the model has become
// an eval says, which is named here too: `arkor eval` shows how to write one.
import { createArkor } from "arkor";

import { trainer } from "./trainer";

export const arkor = createArkor({ trainer });
