import { describe, expect, it } from 'vitest';
import { createLogger, describeError } from './logger.ts';

function recorded(format: 'text' | 'json') {
  const [out, err]: [string[], string[]] = [[], []];
  const log = createLogger({
    format,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    now: () => 0,
  });
  return { log, out, err };
}

describe('the log', () => {
  it('[engine O9] is a sentence for people, and one JSON object a line for machines', () => {
    const text = recorded('text');
    text.log.info('ready', 'Ready.', { pid: 1 });
    text.log.warn('full', 'The disk is full.');
    expect([text.out, text.err]).toEqual([['Ready.\n'], ['The disk is full.\n']]);
    const json = recorded('json');
    json.log.info('ready', 'Ready.', { pid: 1 });
    json.log.unexpected(new TypeError('no\nsecond line'));
    expect(json.err).toEqual([]);
    const [first, second] = json.out.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      event: 'ready',
      message: 'Ready.',
      pid: 1,
    });
    expect(second).toMatchObject({ level: 'error', event: 'unexpected_error', message: 'TypeError: no' });
    expect(second!.stack).toMatch(/^\s+at /);
    expect(json.out.every((line) => line.split('\n').length === 2)).toBe(true);
  });

  it('[engine O9] takes bodies, addresses and secrets out of errors nobody foresaw', () => {
    const parse = () => JSON.parse('{"body": "hello') as unknown;
    const thrown = (() => {
      try {
        return parse();
      } catch (error) {
        return error;
      }
    })();
    const errors = [
      thrown,
      new Error('no answer for ann@example.com from 203.0.113.9:443'),
      new Error('connect ECONNREFUSED 2001:db8::7'),
      new Error(`bad key embedded|${'0123456789abcdef'.repeat(4)}`),
      new Error('token eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl refused'),
    ];
    const text = errors.map((error) => Object.values(describeError(error)).join('\n')).join('\n');
    for (const secret of ['hello', 'ann@', '203.0.113', '2001:db8', '0123456789abcdef', 'eyJ'])
      expect(text).not.toContain(secret);
    expect(text).toContain('no answer for');
  });
});
