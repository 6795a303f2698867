/** What is said of files that do not go with a message; fetched when one does not. */
import { maxFileBytes, maxFilesOfMessage } from '../../../convex/shared/kit/limits';
import type { Picked } from '../../lib/upload';

const reasons = {
  empty: 'it is empty.',
  tooLarge: `it is larger than ${maxFileBytes / 1024 / 1024} MB.`,
  folder: 'it is a folder. Pack it into one file first.',
};

/** The rest goes. */
export function notGoing({ refused, leftOut }: Picked): string {
  const lines = refused.map(({ name, why }) => `“${name}” does not go: ${reasons[why]}`);
  if (leftOut > 0) {
    const what = leftOut === 1 ? 'One file was' : `${leftOut} files were`;
    lines.push(`${what} left out: a message has at most ${maxFilesOfMessage} files.`);
  }
  return lines.join(' ');
}
