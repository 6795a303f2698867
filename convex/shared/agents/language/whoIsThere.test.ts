import { expect, test } from 'vitest';
import { asksWhoIsThere } from './whoIsThere';

test.each([
  'Are you still there?',
  'are u there',
  'Hello?',
  'hello??? anyone?',
  'Hey, is anybody there?',
  'Is there anyone here?',
  'Anyone?',
  'anyone there please',
  'Is somebody reading this?',
  'Still there?',
  'I’m still waiting.',
  'How long do I have to wait?',
  'How much longer?',
  '???',
  'Hallo? Ist da noch jemand?',
  'Sind Sie noch da?',
  'Noch jemand da?',
  'Wie lange noch?',
  'Il y a quelqu’un ?',
  'Vous êtes toujours là ?',
  '¿Hay alguien ahí?',
  '¿Sigues ahí?',
])('[H5] “%s” asks whether anybody is there', (text) => {
  expect(asksWhoIsThere(text)).toBe(true);
});

test.each([
  'Are you still open on Sunday?',
  'Hello? Where is my order?',
  'Is there anyone who can change my address?',
  'Do you still have the red one there?',
  'How long do I have to wait for my refund?',
  'How long is the warranty?',
  'Has anyone found my parcel?',
  'I am still waiting for my parcel.',
  'There is a scratch on it.',
  'Is it back?',
  'Are you a robot?',
  '',
  '!',
])('[H5] “%s” does not', (text) => {
  expect(asksWhoIsThere(text)).toBe(false);
});
