import { expect, test } from 'vitest';
import type { ChatState } from './state';
import type { Conversation } from './thread';
import { askingLine, statusLine } from './words';

const asked = (speakingWith: 'agent' | 'person', asking: ChatState['asking'], personAsked = true) =>
  askingLine({ asking, conversation: { speakingWith, personAsked } } as ChatState);

test('who asked for a person is not told to wait once the person is there, however late the answer comes', () => {
  expect(asked('agent', 'askedBefore')).toBe('You are in line already.');
  expect(asked('person', 'askedBefore')).toBe('');
  expect(asked('agent', 'no')).toBe('The team has been asked.');
  expect(asked('person', 'no')).toBe('');
});

test('once the person has come, answered and left, nobody is in line any more', () => {
  expect(asked('agent', 'askedBefore', false)).toBe('');
});

test('[H5] the header promises a person only while somebody is there', () => {
  const line = (somebodyHere: boolean) =>
    statusLine({
      speakingWith: 'agent',
      agentName: 'Robin',
      somebodyHere,
      personAsked: false,
    } as Conversation);
  expect(line(true)).toContain('a person is a tap away');
  expect(line(false)).toBe('Robin answers at once. The team is not online now.');
});
