/** What is typed before its field has come: it stands in the field once that is there, and is no shortcut of the page meanwhile. */
import { flushSync } from 'react-dom';

/** Takes the focus at once; `into` is asked for when the field is there. */
export function typeAhead(): { into: (field: HTMLInputElement | null) => void } {
  const stand = document.createElement('input');
  stand.setAttribute('aria-hidden', 'true');
  stand.className = 'sr-only';
  document.body.append(stand);
  stand.focus();
  return {
    into(field) {
      const { value } = stand;
      field?.focus();
      stand.remove();
      if (field === null || value === '') return;
      // As typing does: a field that React holds hears of it by its event.
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!;
      set.call(field, field.value + value);
      flushSync(() => field.dispatchEvent(new Event('input', { bubbles: true })));
    },
  };
}
