/** Which files go with a message, the same in the desk and in the chat (docs/rules.md E2, E4); postFile.ts brings them there. */
import { maxFileBytes, maxFilesOfMessage } from '../../convex/shared/kit/limits';

export type FileFault = 'empty' | 'tooLarge';

/** Why it can never be taken; null: it can. */
export function faultOf({ size }: File): FileFault | null {
  if (size === 0) return 'empty';
  return size > maxFileBytes ? 'tooLarge' : null;
}

export interface Picked {
  taken: File[];
  /** What does not go, and why. */
  refused: { name: string; why: FileFault | 'folder' }[];
  /** How many more there were than a message may have. */
  leftOut: number;
}

/** What of these goes with a message that has room for so many more. */
export function pickFiles(chosen: readonly File[], room: number, folders: readonly string[] = []): Picked {
  const refused: Picked['refused'] = folders.map((name) => ({ name, why: 'folder' }));
  const fine = chosen.filter((file) => {
    const why = faultOf(file);
    if (why !== null) refused.push({ name: file.name, why });
    return why === null;
  });
  const taken = fine.slice(0, Math.max(0, room));
  return { taken, refused, leftOut: fine.length - taken.length };
}

export const roomFor = (files: readonly unknown[]): number => maxFilesOfMessage - files.length;

/** What was copied as files. A text with pictures of it, as office programs copy it, is a text. */
export function filesPasted(data: DataTransfer): File[] {
  const pasted = [...data.files];
  const text = data.getData('text/plain').trim();
  // A file manager copies the names as well.
  return text === '' || pasted.every(({ name }) => text.includes(name)) ? pasted : [];
}
