// Runs before the first paint, so that a chosen scheme shows without a flash.

import { ThemeChoice } from "./shell/theme-choice.ts";

new ThemeChoice(window);
