import { describe, expect, it } from 'vitest';
import { buildLines, type ChatEntry, countUnread } from './thread';
import { keepMarks, typingNow } from './typing';

const noon = new Date(2026, 10, 23, 12).getTime();
const minute = 60_000;

function entry(sequence: number, from: ChatEntry['from'], more: Partial<ChatEntry> = {}): ChatEntry {
  return {
    _id: `entry${sequence}` as ChatEntry['_id'],
    sequence,
    from,
    name: from === 'operator' ? 'Maya' : '',
    text: `text ${sequence}`,
    at: noon + sequence * 1_000,
    clientMessageId: null,
    sources: [],
    attachments: [],
    systemText: null,
    saidOf: null,
    elsewhere: null,
    ...more,
  };
}

const shape = (entries: ChatEntry[], unsent: Parameters<typeof buildLines>[1] = []) =>
  buildLines(entries, unsent).map((line) =>
    line.type === 'message'
      ? `${line.startsGroup ? '[' : ''}${line.message.text}${line.endsGroup ? ']' : ''}`
      : line.type,
  );

describe('the lines of the thread', () => {
  it('consecutive messages of one author stand together; another author, person, day or a pause parts them', () => {
    const entries = [
      entry(1, 'customer', { at: noon - 24 * 60 * minute }),
      entry(2, 'customer'),
      entry(3, 'customer'),
      entry(4, 'agent'),
      entry(5, 'operator'),
      entry(6, 'operator', { name: 'Noah' }),
      entry(7, 'operator', { name: 'Noah', at: noon + 6 * minute }),
    ];
    expect(shape(entries)).toEqual([
      'day',
      '[text 1]',
      'day',
      '[text 2',
      'text 3]',
      '[text 4]',
      '[text 5]',
      '[text 6]',
      '[text 7]',
    ]);
  });

  it('[M8] what the system says stands between and parts what is around it', () => {
    const joined = entry(2, 'system', { systemText: 'personJoined' });
    expect(shape([entry(1, 'agent'), joined, entry(3, 'agent')])).toEqual([
      'day',
      '[text 1]',
      'system',
      '[text 3]',
    ]);
  });

  it('[M2] an unsent message stands last, and once, under the same key, when the desk has it', () => {
    const unsent = [{ clientMessageId: 'mine', text: 'hello', at: noon + 60_000 }];
    const before = buildLines([entry(1, 'agent')], unsent).at(-1)!;
    expect(before).toMatchObject({ type: 'message', key: 'mine', message: { state: 'sending' } });
    const confirmed = entry(2, 'customer', { clientMessageId: 'mine', text: 'hello' });
    const after = buildLines([entry(1, 'agent'), confirmed], unsent);
    expect(after.filter(({ key }) => key === 'mine')).toMatchObject([{ message: { state: 'sent' } }]);
  });

  it('a refused message says so', () => {
    const [, line] = buildLines(
      [],
      [{ clientMessageId: 'a', text: 'x', at: noon, failure: 'It is too long.' }],
    );
    expect(line).toMatchObject({ message: { state: 'failed', failure: 'It is too long.' } });
  });

  it('unread is what others wrote after the read mark', () => {
    const entries = [entry(1, 'agent'), entry(2, 'customer'), entry(3, 'agent'), entry(5, 'operator')];
    expect([0, 1, 3, 5].map((through) => countUnread(entries, through))).toEqual([3, 2, 1, 0]);
  });
});

describe('typing', () => {
  it('a mark counts six seconds from when it came, by this clock, however wrong that is', () => {
    const mark = { who: 'operator' as const, name: 'Maya', until: 1 };
    const first = keepMarks([], [mark], noon);
    expect(typingNow(first, noon + 5_999)).toHaveLength(1);
    expect(typingNow(first, noon + 6_000)).toHaveLength(0);
    expect(typingNow(keepMarks(first, [mark], noon + 5_000), noon + 7_000)).toHaveLength(0);
    expect(typingNow(keepMarks(first, [{ ...mark, until: 2 }], noon + 5_000), noon + 7_000)).toHaveLength(1);
    expect(keepMarks(first, [], noon)).toEqual([]);
  });
});
