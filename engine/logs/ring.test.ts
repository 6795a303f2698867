import { describe, expect, test } from 'vitest';
import { LogRing, type LogEntry } from './ring.ts';

function entry(identifier: string, text = ''): LogEntry {
  return {
    kind: 'Completion',
    udfType: 'Query',
    identifier,
    componentPath: null,
    logLines:
      text === ''
        ? []
        : [{ messages: [text], level: 'LOG', timestamp: 1, isTruncated: false, systemMetadata: null }],
    timestamp: 1,
    cachedResult: false,
    executionTime: 0.001,
    success: null,
    error: null,
    requestId: 'r',
    executionId: 'e',
    usageStats: {},
  };
}

const names = (page: { entries: LogEntry[] }): string[] => page.entries.map((e) => e.identifier);

describe('log ring', () => {
  test('[engine P40] a reader that passes back its cursor sees every later entry once, even within one millisecond', () => {
    const ring = new LogRing(() => 1_700_000_000_000);
    let cursor = ring.read(0).newCursor;
    const seen: string[] = [];
    for (let i = 0; i < 500; i++) {
      ring.completion(entry(`f${i}`));
      if (i % 7 === 0) {
        const page = ring.read(cursor);
        seen.push(...names(page));
        cursor = page.newCursor;
      }
    }
    seen.push(...names(ring.read(cursor)));
    expect(seen).toEqual(Array.from({ length: 500 }, (_, i) => `f${i}`));
  });

  test('[engine P40] cursor 0 answers at once with where the log stands', async () => {
    const ring = new LogRing();
    const head = await ring.poll(0);
    expect(head.entries).toEqual([]);
    expect(head.newCursor).toBeGreaterThan(0);
    ring.completion(entry('later'));
    expect(names(await ring.poll(head.newCursor))).toEqual(['later']);
  });

  test('[engine P41] a poll without news is held, woken by the next entry, and ends with the same cursor when time is up', async () => {
    const ring = new LogRing();
    const { newCursor } = ring.read(0);
    const held = ring.poll(newCursor);
    setTimeout(() => ring.completion(entry('woke')), 20);
    expect(names(await held)).toEqual(['woke']);
    const after = ring.read(newCursor).newCursor;
    expect(await ring.poll(after, { timeoutMs: 20 })).toEqual({ entries: [], newCursor: after });
    const stop = new AbortController();
    const aborted = ring.poll(after, { signal: stop.signal });
    stop.abort();
    expect(names(await aborted)).toEqual([]);
  });

  test('[engine P42] memory is bounded: the oldest entries go first', () => {
    const ring = new LogRing();
    for (let i = 0; i < 25_000; i++) ring.completion(entry(`f${i}`));
    const kept = names(ring.read(0));
    expect(kept.length).toBe(10_000);
    expect(kept.at(-1)).toBe('f24999');
    for (let i = 0; i < 40; i++) ring.completion(entry(`big${i}`, 'x'.repeat(1024 * 1024)));
    expect(names(ring.read(0)).length).toBeLessThanOrEqual(16);
    expect(names(ring.read(0)).at(-1)).toBe('big39');
  });
});
