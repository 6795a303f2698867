/** The engine's own example, with a few guests in it. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { FarGuest, GuestBook, Visit, type Words } from '../journeys/guestBook.ts';
import { openPage } from '../journeys/harness.ts';

/** What was written, and how many loved it; the oldest first. */
const written: [Words, number][] = [
  [{ name: 'Tom', text: 'The café was closed in November. Bring a flask.', stars: 3 }, 1],
  [{ name: 'Lucía', text: 'Vino la niebla, y con ella el silencio. ¡Gracias por todo!', stars: 5 }, 4],
  [
    {
      name: 'Mei',
      text: 'We saw two porpoises from the gallery, because the keeper told us when to look.',
      stars: 5,
    },
    7,
  ],
  [{ name: 'Oluwaseun', text: '199 steps. I counted them twice, as it turned out.', stars: 4 }, 5],
];

const LIGHTHOUSE = `
  <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 320" width="640" height="320">
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#1d3a5f"/><stop offset=".7" stop-color="#e58d6b"/><stop offset="1" stop-color="#f9d29d"/></linearGradient>
    <path fill="url(#sky)" d="M0 0h640v320H0z"/>
    <path fill="#fff3c4" opacity=".45" d="M446 72 0 20v110zM446 72l194-24v60z"/>
    <path fill="#21425c" d="M0 244h640v76H0z"/>
    <path fill="#16242f" d="M330 320c20-50 70-66 120-66s110 20 190 66z"/>
    <path fill="#f5efe4" d="m430 92 32 0 12 170-56 0z"/>
    <path fill="#b3203a" d="m427 132 38 0 3 40-44 0zM421 212l50 0 3 40-56 0z"/>
    <path fill="#16242f" d="M424 84h44v9h-44zM430 62l16-16 16 16z"/>
    <path fill="#ffe9a3" d="M434 62h24v22h-24z"/>
  </svg>`;

async function draw(browser: Browser): Promise<Buffer> {
  const { page, context } = await openPage(browser);
  await page.setContent(LIGHTHOUSE);
  const picture = await page.locator('svg').screenshot();
  await context.close();
  return picture;
}

export async function pictureGuestBook(browser: Browser, folder: string): Promise<void> {
  const book = await GuestBook.open();
  try {
    for (const [words, hearts] of written) {
      const entryId = await new FarGuest(book.url).sign(words);
      for (let i = 0; i < hearts; i++) await new FarGuest(book.url).love(entryId);
    }
    const viewport = { width: 1280, height: 940 };
    const ada = await Visit.begin(browser, book.url, 'Ada', { viewport });
    for (const name of ['Bob', 'Mei']) await Visit.begin(browser, book.url, name);
    await ada.write('Painted from the bench below, before the rain.', {
      picture: { name: 'lighthouse.png', mimeType: 'image/png', buffer: await draw(browser) },
    });
    await ada.entries.getByRole('img', { name: 'By Ada' }).waitFor();
    await ada.section('Here now').getByText('Mei').waitFor();
    await ada.love('Painted from the bench');
    for (const colorScheme of ['light', 'dark'] as const) {
      await ada.page.emulateMedia({ colorScheme });
      await ada.page.screenshot({ path: join(folder, `guest-book-${colorScheme}.png`) });
    }
  } finally {
    await book.dispose();
  }
}
