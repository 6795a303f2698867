import { notify } from './toast';

/** Copies, and says whether it could: a browser may forbid it, and a page without https has no clipboard. */
export async function copy(text: string, done = 'Copied.'): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(done);
  } catch {
    notify('The browser did not let this page copy. Select the text and copy it by hand.', { tone: 'bad' });
  }
}
