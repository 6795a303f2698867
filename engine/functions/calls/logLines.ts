/** What one execution prints: bounded in lines and length, in order, nested calls included (§3.8, §6.8). */
import { LIMITS } from '../../values/limits.ts';
import type { StoredModule } from '../code/modules.ts';
import { mapFrames } from '../code/stack.ts';

export interface LogLine {
  messages: string[];
  level: 'LOG' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  timestamp: number;
  isTruncated: boolean;
  systemMetadata: null;
}

const TRUNCATED = ' (truncated due to length)';

export class LogLines {
  readonly lines: LogLine[] = [];
  #overflowed = false;

  add(level: string, messages: string[], atMs: number): void {
    if (this.#overflowed) return;
    if (this.lines.length >= LIMITS.logLines) {
      this.#overflowed = true;
      const text = `Log overflow (maximum ${LIMITS.logLines}). Remaining log lines omitted.`;
      this.lines.push({
        messages: [text],
        level: 'ERROR',
        timestamp: atMs,
        isTruncated: false,
        systemMetadata: null,
      });
      return;
    }
    const clipped = clip(messages);
    this.lines.push({
      messages: clipped ?? messages,
      level: level as LogLine['level'],
      timestamp: atMs,
      isTruncated: clipped !== null,
      systemMetadata: null,
    });
  }

  /** Says which operations were started and dropped because nobody awaited them. */
  warnUnawaited(operations: string[], atMs: number): void {
    const names = operations.map((op) => op.replace(/^1\.0\//, '')).join(', ');
    const noun = operations.length === 1 ? 'operation' : 'operations';
    const text = `${operations.length} unawaited ${noun}: [${names}]. Async operations should be awaited or they might not run. See https://docs.convex.dev/functions/actions#dangling-promises for more information.`;
    this.add('WARN', [text], atMs);
  }

  /** The lines as clients get them: `[LEVEL] text`. */
  texts(): string[] {
    return this.lines.map((line) => `[${line.level}] ${line.messages.join(' ')}`);
  }
}

/** The messages cut to the limit of a line, or null when they fit. */
function clip(messages: string[]): string[] | null {
  let left = LIMITS.logLineBytes;
  if (messages.reduce((sum, message) => sum + message.length + 1, 0) * 3 <= left) return null;
  if (messages.reduce((sum, message) => sum + Buffer.byteLength(message) + 1, 0) <= left) return null;
  const out: string[] = [];
  left -= TRUNCATED.length;
  for (const message of messages) {
    const bytes = Buffer.from(message);
    if (bytes.length <= left) {
      out.push(message);
      left -= bytes.length + 1;
      continue;
    }
    // A character cut in half decodes to the replacement character, which is dropped.
    out.push(
      bytes
        .subarray(0, left)
        .toString()
        .replace(/\uFFFD$/, '') + TRUNCATED,
    );
    return out;
  }
  return out;
}

/** A printed text with the stacks in it as the developer knows them. */
export function withMappedStack(text: string, modules: ReadonlyMap<string, StoredModule>): string {
  if (!text.includes('\n    at ')) return text;
  return text.replace(/(?:\n {4}at [^\n]*)+/g, (frames) =>
    `\n${mapFrames(frames.slice(1), modules)}`.trimEnd(),
  );
}
