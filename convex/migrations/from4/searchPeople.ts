/** From version 4: whoever is called by two words is found by them (docs/rules.md T9). */
import { refreshPerson } from '../../model/search/searchPeople';
import { migrations } from '../migrations';

/** Each reads all that one is known by. */
const customersAtOnce = 200;

/** Who has a name or an address is found by that already. */
export const callNames = migrations.define({
  table: 'customers',
  batchSize: customersAtOnce,
  migrateOne: async (ctx, { _id, name, teamName }) => {
    if ((teamName ?? name) === undefined) await refreshPerson(ctx, _id);
  },
});
