/**
 * Whether this press belongs to an input method. Safari ends the composition before it tells of the Enter that confirmed
 * it: only the old code, 229, says so still.
 */
export function isComposing(event: KeyboardEvent): boolean {
  // oxlint-disable-next-line typescript/no-deprecated -- nothing newer says it
  return event.isComposing || event.keyCode === 229;
}
