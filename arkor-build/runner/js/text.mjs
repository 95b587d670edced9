// Text that came from elsewhere.

/** Takes out of a text what could move the cursor, break the line or turn its direction. */
export function oneLine(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
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
