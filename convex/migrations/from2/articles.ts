/** From version 2, which knew no Korean endings (shared/agents/language/korean.ts). */
import { cutAgain, fewArticles } from '../articles';
import { migrations } from '../migrations';

/** [P4] */
export const articles = migrations.define({
  table: 'articles',
  batchSize: fewArticles,
  migrateOne: cutAgain,
});
