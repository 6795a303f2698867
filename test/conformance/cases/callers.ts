/** Who functions are told is calling. */
import type { Outside } from '../backend.ts';

const IDENTITY = {
  issuer: 'https://issuer.test',
  subject: 'ann',
  tokenIdentifier: 'https://issuer.test|ann',
  name: 'ann',
};
export const callers: Record<string, Outside> = {
  'nobody is null': { does: (backend) => backend.query('tools:whoAmI'), gives: null },
  'a user has subject, issuer and tokenIdentifier': {
    does: (backend) => backend.as('ann').query('tools:whoAmI'),
    gives: IDENTITY,
  },
  'in mutations and actions too': {
    does: async (backend) => [
      await backend.as('ann').mutation('tools:whoAmIInMutation'),
      await backend.as('ann').action('tools:whoAmIInAction'),
    ],
    gives: [IDENTITY, IDENTITY],
  },
  'calls carry the user': {
    does: async (backend) => [
      await backend.as('ann').query('tools:whoAmINested'),
      await backend.as('ann').action('tools:whoAmIThroughAction'),
    ],
    gives: [IDENTITY, IDENTITY],
  },
  'claims of one’s own come along': {
    does: async (backend) =>
      ((await backend.as('ann', { role: 'boss' }).query('tools:whoAmI')) as { role: string }).role,
    gives: 'boss',
  },
  'jobs run as nobody': {
    does: async (backend) => {
      await backend.as('ann').mutation('tools:scheduleNotesWho');
      await backend.settle();
      return backend.query('tools:list', { table: 'items' });
    },
    gives: [{ who: null }],
  },
  'an HTTP action without a token is nobody’s': {
    does: async (backend) => (await backend.fetch('/nobody')).json(),
    gives: null,
  },
};
