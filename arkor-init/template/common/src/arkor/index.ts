// `arkor build` and `arkor start` read this file: what it exports is what can
// be run. Training settings live in trainer.ts.
import { createArkor } from "arkor";

import { trainer } from "./trainer";

export const arkor = createArkor({ trainer });
