/**
 * A new desk with an address of mail, in a process of its own: prints what it takes to reach it, and runs until it is stopped.
 * Its agent is an outside one that is never late: what is measured is not to be mixed with its answers.
 */
import { ConvexHttpClient } from 'convex/browser';
import { api } from '../../convex/_generated/api.js';
import { startDesk } from '../../scripts/desk.ts';
import type { Settings } from '../../scripts/settings.ts';
import { owner, setupTokenOf } from '../../test/journeys/harness.ts';
import type { MailDeskKeys } from './mail.ts';

const ANSWER_DEADLINE_MS = 3_600_000;

const { settings, resendUrl, apiKey, webhookSecret } = JSON.parse(process.argv[2]!) as {
  settings: Settings;
  resendUrl: string;
  apiKey: string;
  webhookSecret: string;
};
const desk = await startDesk(settings, { app: false });
process.on('SIGTERM', () => void desk.stop().then(() => process.exit(0)));
await desk.engine.environment.set({ RESEND_BASE_URL: resendUrl });
const client = new ConvexHttpClient(settings.url, { logger: false });
const setupToken = setupTokenOf(desk.setupUrl!);
const params = { flow: 'signUp', ...owner, setupToken };
const { tokens } = await client.action(api.auth.signIn, { provider: 'password', params });
const { token } = tokens!;
client.setAuth(token);
const team = { teamName: 'Bench', yourName: owner.name, token: setupToken };
const { teamId, memberId } = await client.mutation(api.setup.createTeam, team);
await client.mutation(api.teams.update, { teamId, answerDeadlineMs: ANSWER_DEADLINE_MS });
const agentId = await client.mutation(api.agents.create, { teamId, name: 'Scout', kind: 'external' });
// Without a key it would never answer, and every mail were a ticket at once.
await client.mutation(api.agents.createKey, { teamId, agentId, name: 'bench' });
await client.mutation(api.channels.connectAddress, {
  teamId,
  agentId,
  name: 'Support',
  mail: { address: 'support@acme.example', senderName: 'Acme', replyAddress: 'support@in.acme.example' },
  apiKey,
  webhookSecret,
});
const { memberships } = await client.query(api.me.get, {});
const readKey = memberships[0]!.readKeys.operator;
const channels = await client.query(api.channels.list, { teamId, readKey });
const { publicId } = channels.find(({ kind }) => kind === 'email')!;
const keys: MailDeskKeys = { adminKey: desk.engine.adminKey, teamId, memberId, token, publicId };
console.log(JSON.stringify(keys));
