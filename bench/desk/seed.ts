/**
 * Fills a new desk and prints what is in it: teams with so many operators, each signed in, and tickets that wait. Teams,
 * agents and tickets are made through the doors their users have; operators and their sessions are imported, because
 * hashing a thousand passwords would take longer than the bench. A process of its own, which takes what it needed with it.
 */
import { randomBytes } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ConvexHttpClient } from 'convex/browser';
import { importPKCS8, SignJWT } from 'jose';
import { ZipFile } from 'yazl';
import { api } from '../../convex/_generated/api.js';
import { encodeId, tableNumberOfId } from '../../engine/values/id.ts';
import { convex } from '../../scripts/convexCli.ts';
import { startDesk } from '../../scripts/desk.ts';
import type { Settings } from '../../scripts/settings.ts';
import { owner, setupTokenOf } from '../../test/journeys/harness.ts';
import { AgentApi } from './agentApi.ts';
import { importMessages } from './messages.ts';
import { importPlaces } from './places.ts';
import type { BenchConversation, BenchOperator, BenchTeam, DeskPlan } from './desks.ts';

type People = Record<'users' | 'authSessions' | 'members' | 'memberStatuses' | 'memberLoads', object[]>;
type Ids = Record<'users' | 'authSessions' | 'members', string>;

const CALLERS = 32;
/** Nobody is ever full, and no agent ever late: what is measured is not to be mixed with what follows. */
const LIMIT = 99;
const ANSWER_DEADLINE_MS = 3_600_000;
const DAY_MS = 86_400_000;

const { settings, plan } = JSON.parse(process.argv[2]!) as { settings: Settings; plan: DeskPlan };
const desk = await startDesk(settings, { app: false });
const signingKey = await importPKCS8(desk.engine.environment.list().JWT_PRIVATE_KEY!, 'RS256');
const client = new ConvexHttpClient(settings.url);
const token = setupTokenOf(desk.setupUrl!);
const params = { flow: 'signUp', ...owner, setupToken: token };
const { tokens } = await client.action(api.auth.signIn, { provider: 'password', params });
client.setAuth(tokens!.token);
const [userId, sessionId] = subjectOf(tokens!.token).split('|') as [string, string];

const teams: BenchTeam[] = [];
for (let at = 0; at < plan.teams; at++) teams.push(await makeTeam(at));
await desk.stop();
console.log(JSON.stringify(teams));

async function makeTeam(at: number): Promise<BenchTeam> {
  const team = { teamName: `Team ${at}`, yourName: owner.name, ...(at === 0 && { token }) };
  const { teamId, memberId } = await client.mutation(api.setup.createTeam, team);
  if (at === 0) await client.mutation(api.teams.allowFurtherTeams, { teamId, allowed: true });
  await client.mutation(api.teams.update, { teamId, answerDeadlineMs: ANSWER_DEADLINE_MS });
  const agentId = await client.mutation(api.agents.create, { teamId, name: 'Scout', kind: 'external' });
  const { key } = await client.mutation(api.agents.createKey, { teamId, agentId, name: 'bench' });
  const like = { users: userId, authSessions: sessionId, members: memberId };
  const people: People = { users: [], authSessions: [], members: [], memberStatuses: [], memberLoads: [] };
  const operators = await Promise.all(
    Array.from({ length: plan.operators }, (_, n) => addOperator(people, teamId, `${at}-${n}`, like)),
  );
  if (operators.length > 0) await importPeople(people);
  const conversations = await openTickets(key, `t${at}`);
  if (plan.messages !== undefined) {
    await importMessages({ url: settings.url, adminKey: desk.engine.adminKey }, plan.messages);
  }
  if (plan.places !== undefined) {
    const deployment = { url: settings.url, adminKey: desk.engine.adminKey };
    await importPlaces(
      deployment,
      plan.places,
      operators.map((operator) => operator.memberId),
    );
  }
  return {
    teamId,
    agentId,
    owner: { memberId, token: await tokenOf(userId, sessionId) },
    operators,
    key,
    conversations,
  };
}

/** One signed-in operator; `like` has an id of each table. */
async function addOperator(people: People, teamId: string, name: string, like: Ids): Promise<BenchOperator> {
  const [user, session, member] = (['users', 'authSessions', 'members'] as const).map((table) =>
    encodeId(tableNumberOfId(like[table])!, randomBytes(16)),
  ) as [string, string, string];
  const email = `operator-${name}@example.com`;
  const now = Date.now();
  people.users.push({ _id: user, name: `Operator ${name}`, email });
  people.authSessions.push({ _id: session, userId: user, expirationTime: now + 30 * DAY_MS });
  const person = { role: 'operator', name: `Operator ${name}`, email };
  people.members.push({ _id: member, teamId, userId: user, ...person, limit: LIMIT });
  const status = { declared: plan.status, effective: plan.status, connected: true };
  people.memberLoads.push({ teamId, memberId: member, load: 0, turn: 0 });
  people.memberStatuses.push({ teamId, memberId: member, ...status, since: now, setBy: member });
  return { memberId: member as BenchOperator['memberId'], token: await tokenOf(user, session) };
}

async function importPeople(people: People): Promise<void> {
  const path = `${settings.dataDir}.zip`;
  const zip = new ZipFile();
  for (const [name, rows] of Object.entries(people)) {
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    zip.addBuffer(Buffer.from(lines), `${name}/documents.jsonl`);
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  const deployment = { url: settings.url, adminKey: desk.engine.adminKey };
  await convex(deployment, ['import', '--append', '-y', path]).finally(() => rmSync(path));
}

/** In the order of their numbers. */
async function openTickets(key: string, prefix: string): Promise<BenchConversation[]> {
  const agent = new AgentApi(settings.siteUrl, key, CALLERS);
  const opened: BenchConversation[] = [];
  let begun = 0;
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      while (begun < plan.tickets) {
        const conversationId = (await agent.start(
          `${prefix}-${begun++}`,
          caller,
        )) as BenchConversation['conversationId'];
        await agent.say(conversationId, 'My order 48213 has not arrived. What now?', caller);
        opened.push({ conversationId, number: await agent.handOver(conversationId, caller) });
      }
    }),
  );
  await agent.close();
  return opened.sort((a, b) => a.number - b.number);
}

function tokenOf(user: string, session: string): Promise<string> {
  return new SignJWT({ sub: `${user}|${session}` })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuedAt()
    .setIssuer(settings.siteUrl)
    .setAudience('convex')
    .setExpirationTime('1 day')
    .sign(signingKey);
}

function subjectOf(token: string): string {
  const payload = Buffer.from(token.split('.')[1]!, 'base64url').toString();
  return (JSON.parse(payload) as { sub: string }).sub;
}
