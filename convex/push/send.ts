'use node';
/**
 * Notices for browsers in which Baton is closed (docs/rules.md A5, C5; docs/adr/0012-web-push.md): encrypted for each, handed to its
 * push service. In Node, because only there an address can be looked at before it is connected to (webhooks/call.ts).
 */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import { internalAction } from '../functions';
import { unseal } from '../model/kit/secrets';
import { type Pushed, type Subscribed, type Tried, vTried } from '../model/needs/pushes';
import { pushPolicy } from '../shared/webhooks/addresses';
// oxlint-disable-next-line @convex-dev/import-wrong-runtime -- the rule does not see that this one has "use node", too
import { type CallOutcome, postTo } from '../webhooks/call';
import { encryptFor, makeOnce } from './encryption';
import { authorizationFor, type DeskKeys, makeDeskKeys } from './vapid';

/** What is older is no news: a service that reaches no browser by then lets it go. */
const keptForS = 3_600;
const retryAfterMs = [30_000, 2 * 60_000, 10 * 60_000];
const mostRetryMs = 10 * 60_000;

/** The desk's keys; they are made when the first browser asks for them. */
export const ensureKeys = internalAction({
  args: {},
  returns: v.string(),
  handler: async (ctx): Promise<string> => {
    const known = await ctx.runQuery(internal.jobs.push.publicKey, {});
    return known ?? ctx.runMutation(internal.jobs.push.keepKeys, await makeDeskKeys());
  },
});

/** What of these needs is still not handled goes to the browsers of their person; `only`: to this one, once more. */
export const send = internalAction({
  args: {
    memberId: v.id('members'),
    needIds: v.array(v.id('needs')),
    only: v.optional(v.id('pushSubscriptions')),
    attempt: v.number(),
  },
  returns: v.null(),
  handler: async (ctx, { attempt, ...asked }) => {
    const pushed = (await ctx.runQuery(internal.jobs.push.read, asked)) as Pushed | null;
    if (pushed === null) return null;
    const keys = await openKeys(pushed.keys);
    if (keys === null) return null;
    for (const subscribed of pushed.subscriptions) {
      const outcome = await push(subscribed, pushed, keys);
      const { subscriptionId } = subscribed;
      const { status } = outcome;
      await ctx.runMutation(internal.jobs.push.noteOutcome, { subscriptionId, status });
      const waitMs = retryAfterMs[attempt];
      if (!mayComeLater(outcome) || waitMs === undefined) continue;
      const inMs = Math.max(waitMs, Math.min(mostRetryMs, Number(outcome.retryAfter ?? 0) * 1_000 || 0));
      const again = { ...asked, only: subscriptionId, attempt: attempt + 1 };
      await ctx.runMutation(internal.jobs.push.sendLater, { inMs, again });
    }
    return null;
  },
});

/** Shows in one browser that notices come. */
export const sendTest = internalAction({
  args: { subscriptionId: v.id('pushSubscriptions') },
  returns: vTried,
  handler: async (ctx, { subscriptionId }): Promise<Tried> => {
    const test = (await ctx.runQuery(internal.jobs.push.readTest, { subscriptionId })) as Pushed | null;
    const keys = test && (await openKeys(test.keys));
    if (!test || !keys) return 'noKeys';
    const { status } = await push(test.subscriptions[0]!, test, keys);
    await ctx.runMutation(internal.jobs.push.noteOutcome, { subscriptionId, status });
    if (status === 404 || status === 410) return 'gone';
    return status !== null && status >= 200 && status < 300 ? 'taken' : 'notTaken';
  },
});

const mayComeLater = ({ status }: CallOutcome) => status === null || status === 429 || status >= 500;

/** Null: the data came here without the key it was sealed with. */
async function openKeys({ publicKey, privateKey }: Pushed['keys']): Promise<DeskKeys | null> {
  try {
    return { publicKey, privateKey: await unseal(privateKey, `push ${publicKey}`) };
  } catch {
    return null;
  }
}

interface Browser {
  endpoint: string;
  p256dh: string;
  auth: string;
}

async function push(
  { sealed, subscriptionId, lines }: Subscribed,
  { contact }: Pushed,
  keys: DeskKeys,
): Promise<CallOutcome> {
  try {
    const browser = JSON.parse(await unseal(sealed, subscriptionId)) as Browser;
    const { endpoint } = browser;
    const body = await encryptFor(browser, JSON.stringify(lines), await makeOnce());
    const headers = {
      authorization: await authorizationFor(endpoint, keys, contact, Date.now()),
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      ttl: String(keptForS),
      urgency: 'high',
    };
    return await postTo({ url: endpoint, headers, body }, pushPolicy(endpoint, process.env));
  } catch {
    // Neither opened nor encrypted: whatever it is, it gets no better.
    return { status: 410, ms: 0, answer: '' };
  }
}
