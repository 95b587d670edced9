// The one line at the foot of a terminal that says how far an eval is.

import process from "node:process";

import { makeRoom } from "./room.mjs";
import { cut, oneLine } from "./text.mjs";

const clearLine = "\r\u001b[2K";

/** Returns what shows how many samples were asked, where somebody sees it move. */
export function evalProgress() {
  const { stderr } = process;
  if (!stderr.isTTY || process.env.TERM === "dumb") return { show() {}, end() {} };
  const write = stderr.write;
  const draw = (text) => write.call(stderr, text);
  let text = "";
  const hide = () => draw(clearLine);
  const room = makeRoom(hide, () => draw(clearLine + cut(text, (stderr.columns || 80) - 1)), draw);
  process.on("exit", hide);
  return {
    show(name, key, done, count) {
      text = `eval ${oneLine(String(name))}  ${key} model  ${done}/${count} samples`;
      room.showIfFree();
    },
    end() {
      room.end();
      process.off("exit", hide);
      hide();
    },
  };
}
