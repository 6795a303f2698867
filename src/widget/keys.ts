/**
 * From here on a press that belongs to an input method reaches nobody else on the page, ours or a library's. Safari ends the
 * composition before it tells of the Enter that confirmed it: only the old code, 229, says so still.
 */
export function leaveComposedKeys(): void {
  const leave = (event: KeyboardEvent) => {
    // oxlint-disable-next-line typescript/no-deprecated -- nothing newer says it
    if (event.isComposing || event.keyCode === 229) event.stopPropagation();
  };
  addEventListener('keydown', leave, true);
}
