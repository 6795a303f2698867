import { expect, test } from 'vitest';
import { saysUnsolved } from './unsolved';

test.each([
  'It happened again, I was charged a third time',
  'Still no parcel',
  "That didn't help",
  'it does not work',
  'nothing has changed',
  'The same problem is back',
  'Es ist schon wieder passiert',
  'Das Geld ist noch nicht angekommen',
  'Toujours pas de remboursement',
  'Otra vez lo mismo',
  'Again!!!',
  'Thanks. I have it again now',
  'You said you would refund me. Where is my money?',
  'I want my money',
  'Sie haben versprochen, dass es heute kommt',
])('[H7] "%s" says that it is not solved', (text) => {
  expect(saysUnsolved(text)).toBe(true);
});

test.each([
  'Where is my order?',
  'Hello again, do you ship to Norway?',
  'Thanks, that worked',
  'Thank you all so much again!',
  'Again, thank you',
  'Vielen Dank nochmals',
  'Wie lange dauert der Versand?',
])('[H7] "%s" does not', (text) => {
  expect(saysUnsolved(text)).toBe(false);
});
