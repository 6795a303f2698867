import { typedWithin } from '../../convex/shared/kit/text';

interface Typed {
  currentTarget: HTMLInputElement | HTMLTextAreaElement;
  nativeEvent: Event;
}

/**
 * A field takes so many characters as its reader counts them: the browser's own `maxLength` counts an emoji for two and more, and cuts
 * one in half. What an input method is composing is left to it.
 */
export const takesAtMost =
  (most: number) =>
  ({ currentTarget: field, nativeEvent }: Typed): void => {
    if (field.value.length <= most || (nativeEvent as InputEvent).isComposing) return;
    const kept = typedWithin(field.value, field.selectionStart ?? field.value.length, most);
    if (kept.text === field.value) return;
    field.value = kept.text;
    if (field.selectionStart !== null) field.setSelectionRange(kept.caret, kept.caret);
  };
