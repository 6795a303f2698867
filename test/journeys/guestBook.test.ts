/**
 * An app that has nothing to do with help desks, on the engine alone: five instances of four official components, pushed by
 * the unmodified CLI, with its page open in several browsers. Rule ids are those of `engine/SPEC.md`.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { faultsByAxe } from './axe.ts';
import { FarGuest, GuestBook, Visit } from './guestBook.ts';
import { launchBrowser } from './harness.ts';

let book: GuestBook;
let browser: Browser;
let ada: Visit;
let bob: Visit;
let cleo: Visit;

beforeAll(async () => {
  [book, browser] = await Promise.all([GuestBook.open(), launchBrowser()]);
  ada = await Visit.begin(browser, book.url, 'Ada');
  bob = await Visit.begin(browser, book.url, 'Bob', { colorScheme: 'dark' });
});

afterAll(async () => {
  await browser?.close();
  await book?.dispose();
});

const agrees = (visit: Visit) =>
  vi.waitFor(async () => expect(await visit.numbers()).toEqual(await visit.recount()), 10_000);
const sees = (visit: Visit, sentence: string | RegExp) => visit.page.getByText(sentence).waitFor();

it('[engine W20] what one guest writes and loves is on the page of the other, without a reload', async () => {
  await ada.write('The stairs are worth it', { stars: 4 });
  await bob.entry('The stairs are worth it').waitFor();
  await bob.love('The stairs are worth it');
  await ada.entry('The stairs are worth it').getByRole('button', { name: '1 heart' }).waitFor();
  await ada.section('Most loved').getByText('The stairs are worth it').waitFor();
});

it('[engine C10] presence: each guest sees who is here', async () => {
  await expect.poll(() => ada.present()).toEqual(['Ada (you)', 'Bob']);
  await expect.poll(() => bob.present()).toEqual(['Ada', 'Bob (you)']);
});

/** Two pixels wide, three high. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAEElEQVR4nGPgjq8DIgYUCgA2ewVxOMZx1gAAAABJRU5ErkJggg==';

it('[engine B1] a picture is uploaded and shown to everybody once a workpool job has looked at it, and nothing else is', async () => {
  await ada.write('Look what I saw', {
    picture: { name: 'lamp.png', mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') },
  });
  const shown = bob.entry('Look what I saw').getByRole('img', { name: 'By Ada' });
  await shown.waitFor();
  await expect
    .poll(() => shown.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]))
    .toEqual([2, 3]);

  await ada.write('And what I heard', {
    picture: { name: 'song.png', mimeType: 'image/png', buffer: Buffer.from('la la la la') },
  });
  await bob.entry('And what I heard').getByText('The file was no picture we can show.').waitFor();
});

it('everybody can use it: axe finds nothing in either theme', async () => {
  expect(await faultsByAxe(ada.page)).toEqual([]);
  expect(await faultsByAxe(bob.page, (axe) => axe.withRules(['color-contrast']))).toEqual([]);
});

it('the types of the page fit what the CLI generated', async () => {
  await book.run('tsc', '-p', '.');
});

it('[engine C10] rate-limiter: who writes too much is told how long to wait, and is welcome again after that', async () => {
  for (const text of ['One', 'Two', 'Three']) {
    await bob.write(`${text} from Bob`);
    await bob.entry(`${text} from Bob`).waitFor();
  }
  await bob.write('Four from Bob');
  await expect
    .poll(() => bob.refusal.textContent())
    .toMatch(/^You write faster than we can read\. Please wait \d seconds?\.$/);
  expect(await ada.entry('Four from Bob').count()).toBe(0);
  await expect.poll(() => bob.refusal.textContent()).toBe('');
  await bob.page.getByRole('button', { name: 'Sign' }).click();
  await ada.entry('Four from Bob').waitFor();
});

/** Ids of entries by their text, for guests who have no page. */
const farEntries = new Map<string, string>();

async function signFromAfar(text: string, stars = 3): Promise<void> {
  farEntries.set(text, await new FarGuest(book.url).sign({ name: 'Far', text, stars }));
}

async function loveFromAfar(text: string, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) await new FarGuest(book.url).love(farEntries.get(text)!);
}

it('[engine Q3] older pages join the newer ones to the whole book, and all of them stay live', async () => {
  const before = await bob.texts();
  const greetings = Array.from({ length: 24 }, (_, at) => `Greeting no. ${at + 1}.`);
  for (const [at, text] of greetings.entries()) await signFromAfar(text, 1 + (at % 5));
  await ada.page.reload();
  await ada.entry('Greeting no. 24.').waitFor();
  expect(await ada.texts()).toHaveLength(10);
  await ada.readAll();
  expect(await ada.texts()).toEqual([...greetings.toReversed(), ...before]);

  await loveFromAfar('Greeting no. 1.');
  await ada.entry('Greeting no. 1.').getByRole('button', { name: '1 heart' }).waitFor();
  await signFromAfar('The newest.');
  await expect.poll(() => ada.texts()).toEqual(['The newest.', ...greetings.toReversed(), ...before]);
});

it('[engine C10] aggregate: counts, average, histogram and ranking are what a reader of the whole book finds', async () => {
  await loveFromAfar('Greeting no. 7.', 6);
  await loveFromAfar('Greeting no. 9.', 4);
  await ada.love('Greeting no. 9.');
  await loveFromAfar('The newest.', 3);
  for (const hearts of ['4 hearts', '3 hearts']) {
    await ada.love('The newest.');
    await ada.entry('The newest.').getByRole('button', { name: hearts }).waitFor();
  }
  await expect
    .poll(() => ada.numbers())
    .toMatchObject({
      mostLoved: [
        ['Greeting no. 7.', 6],
        ['Greeting no. 9.', 5],
        ['The newest.', 3],
      ],
    });
  await agrees(ada);
  await expect.poll(() => bob.numbers()).toEqual(await ada.numbers());
});

it('[engine W26] a kill -9 under load loses nothing that was answered, and what was done meanwhile arrives once', async () => {
  let isCleoDeaf = false;
  cleo = await Visit.begin(browser, book.url, 'Cleo', {}, (page) =>
    page.routeWebSocket(/\/sync$/, (socket) => {
      socket.connectToServer().onMessage((message) => {
        if (!isCleoDeaf) socket.send(message);
      });
    }),
  );
  const answered: string[] = [];
  const writers = ['a', 'b', 'c'].map(async (writer) => {
    for (let at = 1; ; at++) {
      try {
        await signFromAfar(`Storm ${writer}${at}.`);
        answered.push(`Storm ${writer}${at}.`);
      } catch {
        return;
      }
    }
  });
  await expect.poll(() => answered.length, { interval: 5 }).toBeGreaterThan(20);
  // Cleo's page will send this again: it is in the book, and she has not heard so.
  isCleoDeaf = true;
  await cleo.write('Did you hear that?');
  await ada.entry('Did you hear that?').waitFor();
  await book.kill();
  isCleoDeaf = false;
  await Promise.all(writers);

  await sees(ada, 'No connection. What you do is kept and sent when it is back.');
  await sees(bob, 'No connection. What you do is kept and sent when it is back.');
  await ada.love('The newest.');
  await ada.entry('The newest.').getByRole('button', { name: '4 hearts' }).waitFor();
  await ada.write('Written in the dark.');
  await ada.page.getByRole('button', { name: 'Sending…' }).waitFor();

  await book.start();
  await bob.entry('Written in the dark.').waitFor();
  await cleo.page.getByRole('button', { name: 'Sign', exact: true }).waitFor();
  await bob.readAll();
  await ada.readAll();
  await bob.entry('The newest.').getByRole('button', { name: '4 hearts' }).waitFor();
  const texts = await bob.texts();
  expect(texts).toEqual(await ada.texts());
  expect(texts.filter((text, at) => texts.indexOf(text) !== at)).toEqual([]);
  expect(answered.filter((text) => !texts.includes(text))).toEqual([]);
  await agrees(bob);
  const picture = await bob.entry('Look what I saw').getByRole('img', { name: 'By Ada' }).getAttribute('src');
  expect(Buffer.from(await (await fetch(picture!)).arrayBuffer()).toString('base64')).toBe(PNG);
  await expect.poll(() => bob.present()).toEqual(['Ada', 'Bob (you)', 'Cleo']);
});

it('[engine P2] a push of changed code reaches pages that stay open, and they work before, during and after it', async () => {
  for (const { page } of [ada, bob])
    await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  // Of a query that no click on a heart runs again.
  book.change('numbers.ts', 'Guests hoped for more', 'Guests gave advice');
  book.change('entries.ts', 'const MAX_LETTERS = 500;', 'const MAX_LETTERS = 40;');
  book.change(
    'schema.ts',
    'picture: v.optional(vPicture),\n  })',
    "picture: v.optional(vPicture),\n  }).index('by_stars', ['stars'])",
  );
  await bob.section('Guests hoped for more').waitFor();
  let isPushing = true;
  const push = book.push().finally(() => (isPushing = false));
  let clicks = 0;
  for (; isPushing || clicks % 2 === 1; clicks++) {
    await ada.love('Greeting no. 2.');
    const hearts = clicks % 2 === 0 ? '1 heart' : '0 hearts';
    await bob.entry('Greeting no. 2.').getByRole('button', { name: hearts }).waitFor();
  }
  await push;
  expect(clicks).toBeGreaterThan(2);

  for (const visit of [ada, bob]) await visit.section('Guests gave advice').waitFor();
  await ada.write('A sentence of more than forty letters is too long now');
  await expect.poll(() => ada.refusal.textContent()).toBe('Please keep it below 40 letters.');
  for (const { page, errors } of [ada, bob]) {
    expect(await page.evaluate(() => 'neverReloaded' in window)).toBe(true);
    expect(errors).toEqual([]);
  }
});

it('[engine C10] presence: who closes the page has left', async () => {
  await bob.page.close({ runBeforeUnload: true });
  // Somebody who only vanished would be missed after fifteen seconds at the earliest.
  await expect.poll(() => ada.present(), { timeout: 12_000 }).toEqual(['Ada (you)', 'Cleo']);
});
