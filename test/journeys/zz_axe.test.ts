import { expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { fillDesk } from '../pictures/sampleDesk.ts';
import { faultsInThemes } from './axe.ts';
import { launchBrowser, openPage, owner, startTestDesk } from './harness.ts';
import { signIn } from './pages.ts';
it('axe', async () => {
  void readFileSync;
  const [desk, browser] = await Promise.all([startTestDesk(), launchBrowser()]);
  const { key } = await fillDesk(desk);
  const call = async (path: string, body: object) =>
    (
      await fetch(`${desk.settings.siteUrl}/api/v1${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).json();
  const { id } = await call('/conversations', {
    externalId: 'a',
    customer: { externalId: 'a', name: 'Ada' },
    attributes: { order_value: 1200 },
  });
  const { sequence } = await call(`/conversations/${id}/customer-messages`, {
    text: 'This is outrageous and useless. Where is my order?',
  });
  await call(`/conversations/${id}/answers`, { text: 'I look.', epoch: 1, seenThrough: sequence });
  const faults: string[] = [];
  for (const [w, h] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    const { page, context } = await openPage(browser, {
      viewport: { width: w, height: h },
      hasTouch: w === 390,
    });
    await signIn(page, desk.settings.url, owner);
    if (w === 1440) {
      await page.goto(`${desk.settings.url}/inbox/all/3`);
      await page.getByText('is answering').first().waitFor();
      await page.keyboard.press('Shift+H');
      await page.getByLabel('What do you need?').fill('Help me');
      faults.push(...(await faultsInThemes(page)).map((f) => `dialog ${w} ${f}`));
      await page.getByLabel('Whom do you ask?').count();
      await page.keyboard.press('Escape');
    }
    for (const path of ['/live', `/live?conversation=${id}`, '/board', '/reports']) {
      await page.goto(desk.settings.url + path);
      await page.locator('[data-region]:visible').nth(1).waitFor();
      await page.waitForTimeout(1500);
      faults.push(...(await faultsInThemes(page)).map((f) => `${path} ${w} ${f}`));
      await page.screenshot({
        path: `/tmp/shots/hF-${path.slice(1, 6)}${path.includes('?') ? 'c' : ''}-${w}.png`,
      });
      const low = await page
        .locator('button:visible, a:visible, select:visible')
        .evaluateAll((all) =>
          all
            .filter(
              (e) =>
                matchMedia('(pointer: coarse)').matches &&
                e.getBoundingClientRect().height < 43.5 &&
                e.getBoundingClientRect().height > 0,
            )
            .map((e) => e.outerHTML.slice(0, 120)),
        );
      if (path.startsWith('/live')) faults.push(...low.map((l) => `${path} ${w} low ${l}`));
    }
    await context.close();
  }
  console.log(faults.join('\n'));
  await browser.close();
  await desk.dispose();
  expect(faults).toEqual([]);
}, 400_000);
