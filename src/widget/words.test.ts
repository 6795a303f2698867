import { expect, test } from 'vitest';
import type { ChatState } from './state';
import { askingLine, holdUp, statusLine, words } from './words';

const asked = (speakingWith: 'agent' | 'person', asking: ChatState['asking']) =>
  askingLine({ asking, conversation: { speakingWith, personAsked: true } } as ChatState);

test('who asked for a person is not told to wait once the person is there, however late the answer comes', () => {
  expect(asked('agent', 'askedBefore')).toBe('You are in line already.');
  expect(asked('person', 'askedBefore')).toBe('');
  expect(asked('agent', 'no')).toBe('The team has been asked.');
  expect(asked('person', 'no')).toBe('');
});

test('[E4] who is not let in is told so, and what to do, not “Connecting…” for ever', () => {
  const line = (isOnline: boolean, isCrowded: boolean) =>
    `${statusLine({ conversation: null, isCrowded })}|${holdUp({ isOnline, isCrowded })}`;
  expect(line(true, false)).toBe(`${words.connecting}|`);
  expect(line(true, true)).toBe(`|${words.crowded}`);
  expect(line(false, true)).toBe(`|${words.offline}`);
});
