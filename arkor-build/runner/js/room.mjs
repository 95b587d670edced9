// Keeps a line at the foot of the terminal out of the way of everything else
// that is written there.

import module from "node:module";
import process from "node:process";

import { escapes } from "./text.mjs";

/**
 * Calls hide before anything is written to the terminal, and show after it
 * unless an unfinished line or another program is in the way. Returns what
 * ends that.
 */
export function makeRoom(hide, show, draw) {
  const state = { midLine: false, children: 0 };
  const showIfFree = () => {
    if (!state.midLine && state.children === 0) show();
  };
  const terminals = [process.stderr, process.stdout].filter((stream) => stream.isTTY);
  const restore = terminals.map((stream) => aroundStream(stream, state, hide, showIfFree));
  restore.push(...aroundConsole(hide, showIfFree), ...aroundChildren(state, hide, showIfFree, draw));
  return {
    showIfFree,
    end() {
      for (const undo of restore) undo();
    },
  };
}

function aroundStream(stream, state, hide, show) {
  return replace(stream, "write", (write) =>
    function (chunk, ...rest) {
      hide();
      const result = write.call(stream, chunk, ...rest);
      const visible = String(typeof chunk === "string" ? chunk : Buffer.from(chunk)).replace(escapes, "");
      if (visible !== "") state.midLine = !visible.endsWith("\n");
      show();
      return result;
    },
  );
}

// Only node's console writes through the streams.
function aroundConsole(hide, show) {
  if (!process.versions.bun && !process.versions.deno) return [];
  return ["log", "info", "debug", "warn", "error"].map((name) =>
    replace(console, name, (original) => (...values) => {
      hide();
      original.apply(console, values);
      show();
    }),
  );
}

// Programs that the user's code starts may have the terminal, too.
function aroundChildren(state, hide, show, draw) {
  const childProcess = module.createRequire(import.meta.url)("node:child_process"); // too slow to load for a run that draws nothing
  const begin = () => {
    hide();
    state.children++;
  };
  const end = () => {
    // Where the cursor is now nobody knows: fill a row, so that an unfinished
    // line of the program's ends and nothing is cleared but blanks.
    draw(`${" ".repeat((process.stderr.columns || 80) - 1)}\r`);
    state.midLine = false;
    state.children--;
    show();
  };
  const restore = [
    replace(childProcess.ChildProcess.prototype, "spawn", (spawn) =>
      function (options) {
        if (!sharesTerminal(options?.stdio)) return spawn.call(this, options);
        begin();
        let over = false;
        const once = () => {
          if (!over) end();
          over = true;
        };
        this.once("exit", once).once("error", once);
        return spawn.call(this, options);
      },
    ),
    ...["execFileSync", "execSync", "spawnSync"].map((name) =>
      replace(childProcess, name, (run) => (...args) => {
        if (!sharesTerminal(args.at(-1)?.stdio)) return run(...args);
        begin();
        try {
          return run(...args);
        } finally {
          end();
        }
      }),
    ),
    () => module.syncBuiltinESMExports(),
  ];
  module.syncBuiltinESMExports();
  return restore;
}

function sharesTerminal(stdio) {
  const [, ...outputs] = Array.isArray(stdio) ? stdio : [stdio, stdio];
  return outputs.some((to) => to === "inherit" || to === 1 || to === 2 || to?.isTTY);
}

// Puts something in the place of a method. Returns what takes it away again,
// unless others have put theirs on top.
function replace(object, name, by) {
  const original = object[name];
  const other = by(original);
  object[name] = other;
  return () => {
    if (object[name] === other) object[name] = original;
  };
}
