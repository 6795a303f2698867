'use node';
/**
 * The call of one event: claimed, signed, sent and recorded (docs/rules.md P3). In Node, because only there an address can
 * be looked at before it is connected to (call.ts).
 */
import { Webhook } from 'standardwebhooks';
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import { internalAction } from '../functions';
import { unseal } from '../model/kit/secrets';
import { callPolicy } from '../shared/webhooks/addresses';
// oxlint-disable-next-line @convex-dev/import-wrong-runtime -- the rule does not see that this one has "use node", too
import { type Call, type CallOutcome, postTo } from './call';

interface Claimed {
  id: string;
  url: string;
  body: string;
  secrets: string[];
  sealedFor: string;
}

export const send = internalAction({
  args: { eventId: v.id('webhookEvents') },
  returns: v.null(),
  handler: async (ctx, { eventId }) => {
    const claimed = await ctx.runMutation(internal.jobs.webhooks.claim, { eventId });
    if (claimed === null) return null;
    const call = await signed(claimed).catch(() => null);
    const outcome = call === null ? sealed : await postTo(call, callPolicy(process.env));
    await ctx.runMutation(internal.jobs.webhooks.record, { eventId, attempt: claimed.attempt, outcome });
    return null;
  },
});

/** The data came here without the key it was sealed with. */
const sealed: CallOutcome = {
  status: null,
  ms: 0,
  answer: '',
  failure: 'The secret does not open on this server. Change it.',
};

/** [Standard Webhooks] Signed at this moment, by each of its secrets. */
async function signed({ id, url, body, secrets, sealedFor }: Claimed): Promise<Call> {
  const now = new Date();
  const signatures: string[] = [];
  for (const sealed of secrets) {
    signatures.push(new Webhook(await unseal(sealed, sealedFor)).sign(id, now, body));
  }
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Baton-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': signatures.join(' '),
  };
  return { url, headers, body };
}
