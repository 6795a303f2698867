/** Text search. */
import type { Backend, Outside } from '../backend.ts';

const words = (backend: Backend, ...bodies: (string | [string, string])[]) =>
  backend.mutation('tools:insert', {
    table: 'texts',
    documents: bodies.map((one) =>
      typeof one === 'string' ? { body: one } : { body: one[0], lang: one[1] },
    ),
  });
const searching = (
  bodies: (string | [string, string])[],
  args: Record<string, unknown>,
  gives: string[],
): Outside => ({
  does: async (backend) => {
    await words(backend, ...bodies);
    return ((await backend.query('tools:searching', args)) as string[]).toSorted();
  },
  gives,
});
export const search: Record<string, Outside> = {
  'any of the words may match': searching(['red apple', 'green pear', 'blue sky'], { text: 'apple pear' }, [
    'green pear',
    'red apple',
  ]),
  'case does not matter': searching(['Red APPLE', 'pear'], { text: 'aPPle' }, ['Red APPLE']),
  'the last word may be begun': searching(['elephant', 'mouse'], { text: 'elep' }, ['elephant']),
  'an earlier word must be whole': searching(['elephant', 'mouse'], { text: 'elep mouse' }, ['mouse']),
  'punctuation parts words': searching(['well-known, isn’t it?', 'other'], { text: 'known' }, [
    'well-known, isn’t it?',
  ]),
  'a filter narrows': searching(
    [['apple', 'en'], ['apple pie', 'de'], 'apple tree'],
    { text: 'apple', lang: 'de' },
    ['apple pie'],
  ),
  'a filter may ask for a missing field': searching(
    [['apple', 'en'], 'apple tree'],
    { text: 'apple', lang: null },
    ['apple tree'],
  ),
  'nothing is found by no word': searching(['apple'], { text: '' }, []),
  'take takes that many': {
    does: async (backend) => (
      await words(backend, 'a b', 'a c', 'a d'),
      ((await backend.query('tools:searching', { text: 'a', take: 2 })) as string[]).length
    ),
    gives: 2,
  },
  'what fits better comes first': {
    does: async (backend) => (
      await words(backend, 'apple', 'apple pear'),
      ((await backend.query('tools:searching', { text: 'apple pear' })) as string[])[0]
    ),
    gives: 'apple pear',
  },
  'an update is found and what it replaced is not': {
    does: async (backend) => {
      const [id] = (await words(backend, 'before')) as string[];
      await backend.mutation('tools:patch', { id, fields: { body: 'after' } });
      return [
        await backend.query('tools:searching', { text: 'before' }),
        await backend.query('tools:searching', { text: 'after' }),
      ];
    },
    gives: [[], ['after']],
  },
};
