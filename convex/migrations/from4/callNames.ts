/** From version 4: whoever is not known by any name is called by two words in lists, too. */
import { nameNameless } from '../../model/tickets/ticketRows';
import { batchSize, migrations } from '../migrations';

export const callNames = migrations.define({ table: 'ticketRows', batchSize, migrateOne: nameNameless });
