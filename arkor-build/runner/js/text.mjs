// Text that came from elsewhere.

/** Sequences that colour text, or name the window or a link, and move nothing. */
export const escapes = /\u001b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/g;

/** Takes out of a text what could move the cursor, break the line or turn its direction. */
export function oneLine(text) {
  return text.replace(escapes, "").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trimEnd();
}

const longest = 1000; // of what a server says, which may be a whole web page

/** Returns as much of a foreign text as an error repeats, in one line. */
export function excerpt(text) {
  const line = oneLine(text);
  return line.length > longest ? `${cut(line, longest)} ...` : line;
}

/** Returns the beginning of a text that fits into so many columns of a terminal. */
export function cut(text, columns) {
  let end = 0;
  for (const character of text) {
    columns -= character < "\u1100" ? 1 : 2; // from there on some are two columns wide
    if (columns < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}
