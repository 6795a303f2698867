import { expect, test } from 'vitest';
import type { ChatState } from './state';
import type { Conversation } from './thread';
import { askingLine, holdUp, statusLine, titleOf, words } from './words';

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

test('[E4] who is not let in is told so, and what to do, not “Connecting…” for ever', () => {
  const line = (isOnline: boolean, isCrowded: boolean) =>
    `${statusLine({ conversation: null, isClosed: false, isCrowded })}|${holdUp({ isOnline, isCrowded })}`;
  expect(line(true, false)).toBe(`${words.connecting}|`);
  expect(line(true, true)).toBe(`|${words.crowded}`);
  expect(line(false, true)).toBe(`|${words.offline}`);
});

test('[H6] the header promises what the desk can keep', () => {
  const line = (known: Partial<Conversation>) => {
    const conversation = {
      speakingWith: 'agent',
      agentName: 'Robin',
      teamName: 'Shop',
      ...known,
    } as Conversation;
    return `${titleOf(conversation)}: ${statusLine({ conversation, isClosed: false, isCrowded: false })}`;
  };
  const here = { somebodyHere: true };
  const on = { agentAnswers: true };
  expect(line({ ...on, ...here })).toBe('Robin: Robin answers at once, a person is a tap away');
  expect(line({ ...on })).toBe('Robin: Robin answers at once, a person when the team is back');
  expect(line({ ...here })).toBe('Shop: A person will answer you here');
  expect(line({})).toBe('Shop: Nobody is online now. Write to us: a person answers when the team is back.');
  expect(line({ ...here, personAsked: true })).toBe('Shop: A person will answer you here');
  expect(line({ ...on, ...here, personAsked: true })).toBe(
    'Robin: A person will join you. Robin helps meanwhile.',
  );
  expect(statusLine({ conversation: null, isClosed: true, isCrowded: false })).toBe('');
});
