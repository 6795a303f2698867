/** Whoever works by keyboard goes on where they were: focus goes back to an element unless something else has taken it. */
export function focusBack(to: Element | null): void {
  // What has led away may draw first.
  setTimeout(() => {
    const isFree = document.activeElement === null || document.activeElement === document.body;
    if (isFree && to instanceof HTMLElement && to.isConnected) to.focus();
  });
}
