import { expect, test } from 'vitest';
import { internal } from '../../_generated/api';
import { fold, termsOf } from '../../shared/agents/language/words';
import { createTeam, setupTest } from '../../test.setup';

test('[P4] an article of version 2 is found by the stems of its Korean words; again changes nothing', async () => {
  const t = setupTest();
  const { teamId } = await createTeam(t);
  const [title, body] = ['환불은 언제까지 되나요', '환불을 받으려면 30일 안에 신청합니다.'];
  const former = { teamId, title, body, searchText: fold(`${title}\n${body}`), updatedAt: 1 };
  await t.run((ctx) => ctx.db.insert('articles', former));
  const migrate = () =>
    t.mutation(internal.migrations.from2.articles.articles, {
      cursor: null,
      dryRun: false,
      oneBatchOnly: true,
    });
  const stored = () => t.run((ctx) => ctx.db.query('articles').first());
  await migrate();
  const once = (await stored())!;
  for (const line of once.searchText.split('\n')) expect(line.split(' ')).toContain(termsOf('환불')[0]);
  await migrate();
  expect(await stored()).toEqual(once);
});
