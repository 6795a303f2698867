/** How a table's migration is defined: `migrations.define({ table, batchSize, migrateOne })`, made again without harm. */
import { Migrations } from '@convex-dev/migrations';
import { components } from '../_generated/api';
import type { DataModel } from '../_generated/dataModel';

export const migrations = new Migrations<DataModel>(components.migrations);

/** Documents one transaction looks at; opening a conversation's case for each stays far below a transaction's limits. */
export const batchSize = 50;
