/**
 * The files that go with what is being written under one ticket.
 *
 * Promises: a file belongs to the reply or to the note it was chosen for; nothing goes out while one of them is on its way or
 * has failed; those of a text that did not go out come back with it; they stay while the page lives, wherever one goes in it.
 */
import { maxFileBytes, maxFilesOfMessage } from '../../../convex/shared/kit/limits';
import type { Attached } from '../../convex/attachments';
import type { Upload as How } from '../../lib/postFile';
import { faultOf } from '../../lib/upload';
import { keyOf, type Mode, modes, type Whose } from './writing';

export interface TrayFile {
  id: number;
  name: string;
  size: number;
  state: 'uploading' | 'ready' | 'failed';
  failure?: string;
  /** How much of it is there, 0 to 1. */
  share?: number;
}

interface Kept extends TrayFile {
  file: File | null;
  stop?: AbortController;
  attached?: Attached;
  /** Of a text that did not go out. */
  isBack?: boolean;
}

const faults = { empty: 'It is empty.', tooLarge: `It is larger than ${maxFileBytes / 1024 / 1024} MB.` };

type Upload = (file: File, how: How) => Promise<Attached>;

const lost: Partial<Kept> = { state: 'failed', failure: 'It is no longer kept here.' };

export class FileTray {
  readonly #files: Record<Mode, Kept[]> = { reply: [], note: [] };
  readonly #listeners = new Set<() => void>();
  readonly #describe: (error: unknown) => string;
  #shown: Record<Mode, readonly TrayFile[]> = { reply: [], note: [] };
  #made = 0;

  constructor(describe: (error: unknown) => string) {
    this.#describe = describe;
  }

  readonly now = (): Record<Mode, readonly TrayFile[]> => this.#shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #tell(): void {
    this.#shown = { reply: [...this.#files.reply], note: [...this.#files.note] };
    for (const listener of this.#listeners) listener();
  }

  /** Returns what was left out, in a sentence; null: nothing. */
  add(mode: Mode, files: readonly File[], upload: Upload): string | null {
    // Over full, once files have come back.
    const room = Math.max(0, maxFilesOfMessage - this.#files[mode].length);
    for (const file of files.slice(0, room)) {
      const fault = faultOf(file);
      const kept: Kept = { id: ++this.#made, name: file.name, size: file.size, state: 'uploading', file };
      this.#files[mode].push(kept);
      // What can never be taken has no file to try again with.
      if (fault === null) this.#send(kept, upload);
      else Object.assign(kept, { state: 'failed', failure: faults[fault], file: null });
    }
    this.#tell();
    return files.length > room ? `A message has at most ${maxFilesOfMessage} files.` : null;
  }

  #change(id: number, change: Partial<Kept>): void {
    for (const mode of modes) {
      this.#files[mode] = this.#files[mode].map((kept) => (kept.id === id ? { ...kept, ...change } : kept));
    }
    this.#tell();
  }

  #send({ id, file }: Kept, upload: Upload): void {
    if (file === null) return;
    const stop = new AbortController();
    this.#change(id, { stop, share: 0 });
    const onProgress = (share: number) => this.#change(id, { share });
    upload(file, { onProgress, signal: stop.signal }).then(
      (attached) => this.#change(id, { state: 'ready', attached, name: attached.file.name }),
      (error: unknown) => this.#change(id, { state: 'failed', failure: this.#describe(error) }),
    );
  }

  /** Whether it can be tried again. */
  canRetry(id: number): boolean {
    return this.#find(id)?.file != null;
  }

  retry(id: number, upload: Upload): void {
    const kept = this.#find(id);
    if (kept?.state !== 'failed') return;
    this.#change(id, { state: 'uploading', failure: '' });
    this.#send(kept, upload);
  }

  /** Gives what is stored of it already. */
  remove(id: number): Attached | undefined {
    const { attached, stop } = this.#find(id) ?? {};
    stop?.abort();
    for (const mode of modes) this.#files[mode] = this.#files[mode].filter((kept) => kept.id !== id);
    this.#tell();
    return attached;
  }

  #find(id: number): Kept | undefined {
    return modes.flatMap((mode) => this.#files[mode]).find((kept) => kept.id === id);
  }

  /** Why nothing can go out yet; null: it can. */
  hindrance(mode: Mode): string | null {
    const files = this.#files[mode];
    if (files.some(({ state }) => state === 'failed'))
      return 'A file was not uploaded: try again, or remove it.';
    return files.some(({ state }) => state === 'uploading') ? 'A file is still being uploaded.' : null;
  }

  has(mode: Mode): boolean {
    return this.#files[mode].length > 0;
  }

  /** They go out with a text. */
  take(mode: Mode): TrayFile[] {
    const taken = this.#files[mode];
    this.#files[mode] = [];
    this.#tell();
    return taken;
  }

  /**
   * The text did not go out: before those that were chosen since, and after those that came back already. `gone`: the places of
   * those that had waited too long for their message.
   */
  giveBack(mode: Mode, taken: readonly TrayFile[], gone: readonly number[] = []): void {
    if (taken.length === 0) return;
    const back = (taken as Kept[]).map((kept): Kept => ({ ...kept, isBack: true }));
    for (const at of gone) Object.assign(back[at] ?? {}, lost);
    const at = this.#files[mode].filter(({ isBack }) => isBack).length;
    this.#files[mode] = this.#files[mode].toSpliced(at, 0, ...back);
    this.#tell();
  }
}

export const attachedOf = (taken: readonly TrayFile[]): Attached[] =>
  (taken as readonly Kept[]).flatMap(({ attached }) => attached ?? []);

const trays = new Map<string, FileTray>();

// Files that wait for their message go with the page; texts do not (`lib/unsent.ts`).
globalThis.addEventListener?.('beforeunload', (event) => {
  if ([...trays.values()].some((tray) => modes.some((mode) => tray.has(mode)))) event.preventDefault();
});

/** A member's one tray of a conversation on this page. */
export function trayOf(whose: Whose, describe: (error: unknown) => string): FileTray {
  const known = trays.get(keyOf(whose));
  if (known !== undefined) return known;
  const tray = new FileTray(describe);
  trays.set(keyOf(whose), tray);
  return tray;
}
