import { expect, test } from 'vitest';
import { handlesOf, mentionsIn, piecesOf, typedMention, withMention } from './mentions';

const person = (id: string, name: string) => ({ memberId: id as never, name, email: `${id}@shop.test` });
const people = [person('ana', 'Ana'), person('anna', 'Ana Reyes'), person('b1', 'Ben'), person('b2', 'ben')];
const namedIn = (text: string) => mentionsIn(text, people).map(({ memberId }) => memberId);

test('[E6] somebody is named by the longest name that stands there as a word of its own', () => {
  expect(namedIn('@Ana Reyes, please look')).toEqual(['anna']);
  expect(namedIn('please look, @Ana.')).toEqual(['ana']);
  expect(namedIn('@Anastasia, mail@Ana, @ Ana')).toEqual([]);
  expect(namedIn('@Ana @Ana Reyes @Ana')).toEqual(['ana', 'anna']);
});

test('two who have the same name are told apart by their addresses', () => {
  expect(handlesOf(people).map(({ handle }) => handle)).toEqual([
    'Ana',
    'Ana Reyes',
    'Ben (b1@shop.test)',
    'ben (b2@shop.test)',
  ]);
  expect(namedIn('@Ben, who?')).toEqual([]);
  expect(namedIn('@ben (b2@shop.test) it is')).toEqual(['b2']);
});

test('the pieces are the text', () => {
  const text = 'Hi @Ana, 😀 @Ben (b1@shop.test)!';
  const mentions = mentionsIn(text, people);
  expect(piecesOf(text, mentions).map(({ text: part }) => part)).toEqual([
    'Hi ',
    '@Ana',
    ', 😀 ',
    '@Ben (b1@shop.test)',
    '!',
  ]);
  expect(piecesOf('', mentions)).toEqual([]);
});

test('what is being typed after an @ is looked for, in the line it stands in', () => {
  expect(typedMention('Hi @an', 6)).toEqual({ at: 3, typed: 'an' });
  expect(typedMention('Hi @Ana Re', 10)).toEqual({ at: 3, typed: 'Ana Re' });
  expect(typedMention('Hi @', 4)).toEqual({ at: 3, typed: '' });
  expect(typedMention('mail@shop', 9)).toBeNull();
  expect(typedMention('Hi @an\nnext', 11)).toBeNull();
  expect(typedMention('Hi', 2)).toBeNull();
});

test('who is taken stands in the place of what was typed, with one space behind', () => {
  expect(withMention('Hi @an, ok', { at: 3 }, 6, 'Ana')).toEqual({ text: 'Hi @Ana , ok', caret: 8 });
  expect(withMention('Hi @an ok', { at: 3 }, 6, 'Ana')).toEqual({ text: 'Hi @Ana ok', caret: 8 });
});
