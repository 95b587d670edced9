/** Whether a key belongs to what has the focus: a field, or a dialog in front of the page. */
export function isTaken(event: KeyboardEvent): boolean {
  if (event.isComposing || event.repeat || event.defaultPrevented) return true;
  if (document.querySelector("dialog[open]") !== null) return true;
  const at = event.target;
  if (!(at instanceof HTMLElement)) return false;
  return at.isContentEditable || at.matches("select, textarea, input:not([type=checkbox], [type=radio], [type=range], [type=button])");
}
