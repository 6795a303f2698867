/** Rule H2: what a customer who asks for a person past the agent is there for. */
import { expect, test } from 'vitest';
import { askingIn, briefOf, type Spoken } from './brief';

const say = (sequence: number, from: Spoken['from'], text: string): Spoken => ({
  sequence,
  at: 0,
  from,
  text,
});
const first = say(1, 'customer', 'Where is order 48213?');
const answer: Spoken = { ...say(2, 'agent', 'It is on its way.'), sources: ['Tracking a parcel'] };

test('[H2] whoever waits for an answer is there for that; else for how it began and what they said last', () => {
  const middle = say(3, 'customer', 'Really?');
  const last = say(5, 'customer', 'It is still not here.');
  const spoken = [first, answer, middle, say(4, 'agent', 'Yes.'), last];
  expect(askingIn(spoken, [last])).toEqual([last]);
  expect(askingIn(spoken, [])).toEqual([first, last]);
  expect(askingIn([first, answer], [])).toEqual([first]);
  expect(askingIn([answer], [])).toEqual([]);
  expect(briefOf(spoken, askingIn(spoken, []), {}, 0)).toEqual({
    asked: 'Where is order 48213?\nIt is still not here.',
    facts: [{ text: 'Order number: 48213', sequence: 1 }],
    tried: ['Answered from “Tracking a parcel”'],
  });
});
