import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

type Choose = (axe: AxeBuilder) => AxeBuilder;

/** What the promises of accessibility are measured by. */
export const byWcag: Choose = (axe) => axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']);

/**
 * What axe finds on this page and in its frames of the same origin. It looks at all of it in one go, and hands out nothing
 * but faults: half the time of its ordinary way, which carries what passed through the test and judges it on a page of its
 * own.
 */
export async function faultsByAxe(page: Page, choose: Choose = (axe) => axe): Promise<string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
  const { violations } = await choose(axe).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary ?? ''}`),
  );
}

/** The same in the light and in the dark theme; transitions would be measured half way. */
export async function faultsInThemes(page: Page, choose?: Choose): Promise<string[]> {
  const faults: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForTimeout(100);
    faults.push(...(await faultsByAxe(page, choose)).map((fault) => `${colorScheme}: ${fault}`));
  }
  return faults;
}
