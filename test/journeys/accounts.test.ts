/** How people get in and stay in: set-up, a forgotten password, sessions, the second factor, an attack, an invitation. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConvexClient, ConvexHttpClient } from 'convex/browser';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { codeAt } from '../../convex/shared/people/secondFactor.ts';
import {
  launchBrowser,
  openPage,
  owner,
  recover,
  setUpDesk,
  startTestDesk,
  type TestDesk,
} from './harness.ts';
import { fillSignIn, setUpTeam, signIn } from './pages.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

const userAgents = {
  phone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1',
};
const ben = { name: 'Ben Okafor', email: 'ben@northpeak.example', password: 'marble trombone 7' };
const wrongWords = 'Email or password is not right.';

/** A fresh profile. What the page throws fails the test that opened it. */
async function visit<T>(act: (page: Page) => Promise<T>, options: BrowserContextOptions = {}): Promise<T> {
  const { context, page, errors } = await openPage(browser, options);
  page.setDefaultTimeout(20_000);
  try {
    const result = await act(page);
    expect(errors).toEqual([]);
    return result;
  } finally {
    await context.close();
  }
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
const inInbox = (page: Page) => heading(page, 'Mine').waitFor();
const atSignIn = (page: Page) => page.getByRole('button', { name: 'Sign in' }).waitFor();

describe('a fresh desk', () => {
  let desk: TestDesk;
  let elsewhere: Server;
  beforeAll(async () => {
    desk = await startTestDesk();
    elsewhere = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>Elsewhere</title>'),
    );
    await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done));
  });
  afterAll(async () => {
    elsewhere?.close();
    await desk?.dispose();
  });

  /** What a page of another origin gets: the status of a call, and whether a socket opens. */
  const fromElsewhere = (page: Page) =>
    page.evaluate(async (url) => {
      const call = await fetch(`${url}/api/query`, {
        method: 'POST',
        body: JSON.stringify({ path: 'setup:state', args: {}, format: 'json' }),
      }).catch(() => null);
      const socket = new WebSocket(`${url.replace('http', 'ws')}/api/1.48.0/sync`);
      const opens = await new Promise<boolean>((done) => {
        socket.onopen = () => done(true);
        socket.onerror = () => done(false);
      });
      socket.close();
      return { call: call?.status ?? null, opens };
    }, desk.settings.url);

  const goElsewhere = async (page: Page) => {
    await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`);
    return fromElsewhere(page);
  };

  it('[R1] says at / where the set-up link is, and asks for nothing', async () => {
    await visit(async (page) => {
      await page.goto(desk.settings.url);
      await heading(page, 'This desk is not set up yet').waitFor();
      await page.getByText(`Set up: ${desk.settings.url}/setup#token=…`).waitFor();
      expect(await page.getByRole('textbox').count()).toBe(0);
    });
  });

  it('[R1] answers no page of another origin while there is no team', async () => {
    await visit(async (page) => expect(await goElsewhere(page)).toEqual({ call: null, opens: false }));
  });

  it('[R1] refuses a token that was not printed', async () => {
    await visit(async (page) => {
      await page.goto(`${desk.settings.url}/setup#token=guessed`);
      await page.getByLabel('Your name').fill(owner.name);
      await page.getByLabel('Email').fill(owner.email);
      await page.getByLabel('Password').fill(owner.password);
      await page.getByLabel('Team', { exact: true }).fill('Northpeak');
      await page.getByRole('button', { name: 'Set up' }).click();
      await page.getByText(/not the one that was printed/).waitFor();
    });
  });

  it('[R1] is set up by the printed link, and from then on answers other pages, too', async () => {
    expect(desk.setupUrl).toMatch(new RegExp(`^${desk.settings.url}/setup#token=[\\w-]{24}$`));
    await visit((page) => setUpTeam(page, desk.setupUrl!));
    await visit(async (page) => expect(await goElsewhere(page)).toEqual({ call: 200, opens: true }));
    await visit(async (page) => {
      await page.goto(desk.setupUrl!);
      await page.getByText('This desk is set up').waitFor();
      expect(await page.getByLabel('Your name').count()).toBe(0);
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.waitForURL(/\/login/);
    });
  });
});

describe('a desk at work', () => {
  let desk: TestDesk;
  let operator: ConvexHttpClient;
  let teamId: Id<'teams'>;
  const at = (path: string) => desk.settings.url + path;

  beforeAll(async () => {
    desk = await startTestDesk();
    ({ operator, teamId } = await setUpDesk(desk));
    const invitation = { teamId, email: ben.email, role: 'operator' as const };
    const { token } = await operator.mutation(api.invitations.create, invitation);
    await visit(async (page) => {
      await page.goto(at(`/invite/${token}`));
      await page.getByLabel('Your name').fill(ben.name);
      await page.getByLabel('Password').fill('northpeak2026');
      await page.getByRole('button', { name: 'Join' }).click();
      await page.getByText(/mostly your name, address or team/).waitFor();
      await page.getByLabel('Password').fill(ben.password);
      await page.getByRole('button', { name: 'Join' }).click();
      await inInbox(page);
    });
  });
  afterAll(() => desk?.dispose());

  const openMe = async (page: Page) => {
    await page.goto(at('/settings/me'));
    await heading(page, 'Where you are signed in').waitFor();
  };

  it('[R1] whoever forgot their password gets a link of their owner, once', async () => {
    const link = await visit(async (page) => {
      await signIn(page, desk.settings.url, owner);
      await page.goto(at('/settings/people'));
      await page.getByRole('listitem').filter({ hasText: ben.email }).getByText('New password').click();
      await page.getByRole('button', { name: 'Make the link' }).click();
      return page.getByRole('dialog').locator('code').innerText();
    });
    await visit(async (page) => {
      await signIn(page, desk.settings.url, ben);
      ben.password = 'a velvet anchor';
      await visit(async (other) => {
        await other.goto(link);
        await other.getByText(`For ${ben.name}, ${ben.email}`).waitFor();
        await other.getByLabel('New password').fill('password123');
        await other.getByRole('button', { name: 'Save and sign in' }).click();
        await other.getByText(/tried first/).waitFor();
        await other.getByLabel('New password').fill(ben.password);
        await other.getByRole('button', { name: 'Save and sign in' }).click();
        await inInbox(other);
      });
      await atSignIn(page);
    });
    await visit(async (page) => {
      await page.goto(link);
      await heading(page, 'This link no longer works').waitFor();
      await signIn(page, desk.settings.url, ben);
    });
  });

  it('[R1] everybody changes their own with the old one', async () => {
    await visit(async (page) => {
      await signIn(page, desk.settings.url, ben);
      await openMe(page);
      await page.getByRole('button', { name: 'Change password' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Current password').fill('not this one');
      await dialog.getByLabel('New password').fill('copper lantern 4');
      await dialog.getByRole('button', { name: 'Change password' }).click();
      await page.getByText('This is not your password.').first().waitFor();
      await dialog.getByLabel('Current password').fill(ben.password);
      await dialog.getByRole('button', { name: 'Change password' }).click();
      await page.getByText('Your password is changed.').waitFor();
      ben.password = 'copper lantern 4';
    });
    await visit((page) => signIn(page, desk.settings.url, ben));
  });

  it('[R1] ending a session elsewhere closes its live screens within a second, and others the same way', async () => {
    await visit(
      async (phone) => {
        await signIn(phone, desk.settings.url, ben);
        await visit(async (third) => {
          await signIn(third, desk.settings.url, ben);
          await visit(async (page) => {
            await signIn(page, desk.settings.url, ben);
            await openMe(page);
            await page.getByText('Safari on iPhone').first().waitFor();
            await page.getByText('this browser', { exact: true }).waitFor();
            await page.getByRole('button', { name: 'Sign out Safari on iPhone' }).click();
            await page.getByText('Safari on iPhone is signed out.').waitFor();
            const ended = performance.now();
            await atSignIn(phone);
            expect(performance.now() - ended).toBeLessThan(1_000);
            await phone.reload();
            await atSignIn(phone);
            await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
            await page.getByText('You are signed out everywhere else.').waitFor();
            await atSignIn(third);
            await fillSignIn(third, ben);
            await inInbox(third);
          });
        });
      },
      { userAgent: userAgents.phone },
    );
  });

  it('[R1] an ended session hears nothing more on the socket it has open', async () => {
    const params = { flow: 'signIn', email: owner.email, password: owner.password };
    const stolen = new ConvexHttpClient(desk.settings.url, { logger: false });
    const { tokens } = await stolen.action(api.auth.signIn, { provider: 'password', params });
    const client = new ConvexClient(desk.settings.url, { logger: false });
    client.setAuth(() => Promise.resolve(tokens!.token));
    const heard: unknown[] = [];
    const refused: unknown[] = [];
    try {
      for (const [query, args] of [
        [api.me.get, {}],
        [api.invitations.list, { teamId }],
        [api.audit.list, { teamId, paginationOpts: { numItems: 5, cursor: null } }],
      ] as const)
        client.onUpdate(
          query,
          args as never,
          (value) => heard.push(value),
          (error) => refused.push((error as unknown as { data: { code: string } }).data.code),
        );
      await expect.poll(() => heard.length).toBe(3);
      const [newest] = await operator.query(api.sessions.list, {});
      await operator.mutation(api.sessions.end, { sessionId: newest!.sessionId });
      const ended = performance.now();
      await expect.poll(() => refused, { interval: 10 }).toEqual(Array(3).fill('NOT_SIGNED_IN'));
      expect(performance.now() - ended).toBeLessThan(1_000);
      await operator.mutation(api.members.setStatus, { teamId, status: 'busy' });
      await new Promise((done) => setTimeout(done, 500));
      expect(heard).toHaveLength(3);
    } finally {
      await client.close();
    }
  });

  it('[R1] a second factor is asked for after the password, and a recovery code lets in once', async () => {
    const { secret, codes } = await visit(async (page) => {
      await signIn(page, desk.settings.url, ben);
      await openMe(page);
      await page.getByRole('button', { name: 'Set up' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('img', { name: /^The key/ }).waitFor();
      const key = (await dialog.locator('code').innerText()).replaceAll(' ', '');
      await dialog.getByLabel('Code of the app').fill(codeAt(key, Date.now()));
      await dialog.getByLabel('Your password').fill(ben.password);
      await dialog.getByRole('button', { name: 'Turn on' }).click();
      await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
      const kept = await page.getByLabel('Recovery codes').getByRole('listitem').allInnerTexts();
      await page.getByRole('button', { name: 'I have kept them' }).click();
      await page.getByText(/10 recovery codes are left/).waitFor();
      return { secret: key, codes: kept };
    });
    const giveCode = async (page: Page, code: string) => {
      await page.getByLabel('Code').fill(code);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await visit(async (page) => {
      await page.goto(desk.settings.url);
      await fillSignIn(page, { ...ben, password: 'not this one' });
      await page.getByText(wrongWords).waitFor();
      await fillSignIn(page, ben);
      await heading(page, 'One more step').waitFor();
      await giveCode(page, '000000');
      await page.getByText(/This code is not right/).waitFor();
      await giveCode(page, codeAt(secret, Date.now() + 30_000));
      await inInbox(page);
    });
    await visit(async (page) => {
      await page.goto(desk.settings.url);
      await fillSignIn(page, ben);
      await giveCode(page, codes[0]!);
      await inInbox(page);
      await openMe(page);
      await page.getByText(/9 recovery codes are left/).waitFor();
    });
    await visit(async (page) => {
      await page.goto(desk.settings.url);
      await fillSignIn(page, ben);
      await giveCode(page, codes[0]!);
      await page.getByText(/This code is not right/).waitFor();
    });
  });

  it('[E4] an attack on an account keeps strangers out, and lets its owner in from the browser they know', async () => {
    await visit(async (known) => {
      await signIn(known, desk.settings.url, owner);
      await known.goto(at('/settings/me'));
      await known.getByRole('button', { name: 'Sign out', exact: true }).click();
      await atSignIn(known);
      const attack = () =>
        new ConvexHttpClient(desk.settings.url, { logger: false })
          .action(api.auth.signIn, {
            provider: 'password',
            params: { flow: 'signIn', email: owner.email, password: 'guessed guessed' },
          })
          .then(
            () => 'let in',
            (error) => (error as { data: { code: string } }).data.code,
          );
      const answers = await Promise.all(Array.from({ length: 40 }, attack));
      expect(answers.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(10);
      expect(answers.filter((code) => code === 'RATE_LIMITED')).toHaveLength(30);
      await visit(async (stranger) => {
        await stranger.goto(desk.settings.url);
        await fillSignIn(stranger, owner);
        await stranger.getByText(/Too many tries\. Try again in \d+ minutes\./).waitFor();
      });
      await fillSignIn(known, owner);
      await known.getByRole('heading', { name: 'Me', exact: true }).waitFor();
      expect(await attack()).toBe('RATE_LIMITED');
    });
  });

  it('[R1] an invitation says who is signed in, and lets them sign out or join', async () => {
    const invite = async (email: string) => {
      const { token } = await operator.mutation(api.invitations.create, { teamId, email, role: 'operator' });
      return at(`/invite/${token}`);
    };
    const dora = { name: 'Dora Lind', email: 'dora@northpeak.example', password: 'velvet marble 22' };
    const joinAs = async (page: Page, who: typeof dora) => {
      await page.getByLabel('Your name').fill(who.name);
      await page.getByLabel('Password').fill(who.password);
      await page.getByRole('button', { name: 'Join', exact: true }).click();
      await inInbox(page);
    };
    await visit(async (page) => {
      await page.goto(await invite(dora.email));
      await joinAs(page, dora);
      await page.goto(await invite('dora@home.example'));
      await page.getByText(`You are signed in as ${dora.email}.`).waitFor();
      await page.getByRole('button', { name: `Join as ${dora.email}` }).click();
      await page.getByText('This person is in the team already.').waitFor();
      await page.getByRole('button', { name: 'Sign out and join as dora@home.example' }).click();
      await page.getByLabel('Password').waitFor();
      await joinAs(page, { ...dora, name: 'Dora at home' });
      await page.getByRole('button', { name: /^Dora at home/ }).waitFor();
    });
  });

  it('[R1] an only owner who forgot everything finds a way in on the server, whether the desk runs or not', async () => {
    const linkIn = (said: string) => /^http:.*\/reset#token=[\w-]+$/m.exec(said)![0];
    const said = await recover(desk.settings);
    expect(said).toContain(`A new password for ${owner.email}`);
    owner.password = 'the third password';
    await visit(async (page) => {
      await page.goto(linkIn(said));
      await page.getByLabel('New password').fill(owner.password);
      await page.getByRole('button', { name: 'Save and sign in' }).click();
      await inInbox(page);
    });
    expect(await recover(desk.settings, 'nobody@northpeak.example')).toContain('Nobody signs in with');
    await desk.stop();
    expect(linkIn(await recover(desk.settings, ben.email))).toContain(desk.settings.url);
  });
});
