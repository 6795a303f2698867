import { expect, test } from 'vitest';
import type { ChatState } from './state';
import { askingLine } from './words';

const asked = (speakingWith: 'agent' | 'person', asking: ChatState['asking']) =>
  askingLine({ asking, conversation: { speakingWith, personAsked: true } } as ChatState);

test('who asked for a person is not told to wait once the person is there, however late the answer comes', () => {
  expect(asked('agent', 'askedBefore')).toBe('You are in line already.');
  expect(asked('person', 'askedBefore')).toBe('');
  expect(asked('agent', 'no')).toBe('The team has been asked.');
  expect(asked('person', 'no')).toBe('');
});
