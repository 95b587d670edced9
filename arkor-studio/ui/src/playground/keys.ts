/** What of a key press says whether it sends. */
export interface Press {
  readonly key: string;
  readonly keyCode: number;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly isComposing: boolean;
}

/** Enter does, but not with Shift, and not where it chooses a word of an input method: Safari says so with 229 alone. */
export function sends({ key, keyCode, shiftKey, isComposing }: Press): boolean {
  return key === "Enter" && !shiftKey && !isComposing && keyCode !== 229;
}

/** In a field of many lines Enter ends one of them: it sends with Ctrl, or with Cmd. */
export function sendsLines(press: Press): boolean {
  return (press.ctrlKey || press.metaKey) && sends(press);
}
