/**
 * The widget's way in (docs/rules.md M9): a browser asks for a session once, keeps its token, and exchanges it for a
 * short JWT whenever it needs one. Any page may ask (CORS `*`): there are no cookies, and the token is the right.
 */
import type { HttpRouter } from 'convex/server';
import { z } from 'zod';
import { internal } from '../_generated/api';
import { asProblem, Problem, problemResponse } from './api/problems';
import { parseJson, readBody } from './api/requests';
import { receiveUpload } from './uploads';
import { httpAction, limited, type Limits, noLimitNeeded, type ActionCtx } from '../functions';
import { requireOpen } from '../model/kit/closed';
import { customerIssuer } from '../model/kit/identity';
import type { Signed } from '../model/customer/customerSessions';
import { hashToken, newToken } from '../model/kit/secrets';
import { isTimeZone } from '../shared/kit/calendar';
import { sourceOf } from '../shared/kit/sources';
import { signCustomerToken, tokenLifetimeMs } from '../shared/customer/customerTokens';
import { maxTokenLength, verifyIdentity } from '../shared/customer/identityTokens';
import type { IdentityKeys } from './widgetSessions';

const cors = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'POST, OPTIONS',
  'Access-Control-Allow-Headers': 'Content-Type',
  'Access-Control-Max-Age': '86400',
  'Access-Control-Expose-Headers': 'Retry-After',
};
const tokenPrefix = 'vs_';

const zSessionRequest = z.strictObject({
  channel: z.string().min(1).max(200),
  writes: z.boolean().default(false),
  /** From the address of a link that was mailed. */
  mailToken: z.string().min(1).max(200).optional(),
  /** Signed by the site: who this browser's customer is. */
  identity: z.string().min(1).max(maxTokenLength).optional(),
  /** What is no zone keeps nobody out. */
  timeZone: z.string().max(100).refine(isTimeZone).optional().catch(undefined),
});
const zTokenRequest = z.strictObject({ sessionToken: z.string().min(1).max(200) });
const zIdentityRequest = zTokenRequest.extend({ identity: z.string().min(1).max(maxTokenLength) });
const zFileRequest = zTokenRequest.extend({
  storageId: z.string().min(1).max(200),
  name: z.string().max(1_000),
});

type Handle = (ctx: ActionCtx, request: Request) => Promise<object>;

/** POST /widget/sessions `{channel, writes?, timeZone?, identity?}` → 201 `{sessionToken, jwt, expiresAt}`. */
const createSession: Handle = async (ctx, request) => {
  const asked = parseJson(zSessionRequest, await readBody(request));
  const { channel, writes, timeZone, mailToken, identity } = asked;
  const signed = identity === undefined ? undefined : await signedOn(ctx, channel, identity);
  const sessionToken = `${tokenPrefix}${newToken()}`;
  const sessionId = await ctx.runMutation(internal.http.widgetSessions.create, {
    publicId: channel,
    tokenHash: await hashToken(sessionToken),
    source: await addressOf(ctx),
    writes,
    ...(timeZone !== undefined && { timeZone }),
    ...(mailToken !== undefined && { mailToken }),
    ...(signed !== undefined && { signed }),
  });
  return { sessionToken, ...(await tokenFor(sessionId)) };
};

/** POST /widget/token `{sessionToken}` → 200 `{jwt, expiresAt}`. */
const exchangeToken: Handle = async (ctx, request) => {
  const { sessionToken } = parseJson(zTokenRequest, await readBody(request));
  const tokenHash = await hashToken(sessionToken);
  const sessionId = await ctx.runMutation(internal.http.widgetSessions.renew, { tokenHash });
  if (sessionId === null) throw ended();
  return tokenFor(sessionId);
};

/**
 * POST /widget/identity `{sessionToken, identity}` → 200 `{jwt, expiresAt, sessionToken}`: a new session, which takes the place of
 * the one that asked, unless that was this person's already.
 */
const identify: Handle = async (ctx, request) => {
  const { sessionToken, identity } = parseJson(zIdentityRequest, await readBody(request));
  const tokenHash = await hashToken(sessionToken);
  const known = await ctx.runMutation(internal.http.widgetSessions.admitIdentity, { tokenHash });
  if (known === null) throw ended();
  const signed = await check(identity, known);
  const next = `${tokenPrefix}${newToken()}`;
  const newTokenHash = await hashToken(next);
  const as = { tokenHash, newTokenHash, source: await addressOf(ctx), signed };
  const session = await ctx.runMutation(internal.http.widgetSessions.identify, as);
  if (session === null) throw ended();
  return { sessionToken: session.isSame ? sessionToken : next, ...(await tokenFor(session.sessionId)) };
};

/** POST /widget/end `{sessionToken}` → 200 `{}`: whoever uses this browser next begins anew. */
const endSession: Handle = async (ctx, request) => {
  const { sessionToken } = parseJson(zTokenRequest, await readBody(request));
  await ctx.runMutation(internal.http.widgetSessions.end, { tokenHash: await hashToken(sessionToken) });
  return {};
};

/** An unknown channel is refused where the session is made, as ever. */
async function signedOn(ctx: ActionCtx, publicId: string, identity: string): Promise<Signed | undefined> {
  const known = await ctx.runQuery(internal.http.widgetSessions.identityKeys, { publicId });
  return known === null ? undefined : check(identity, known);
}

async function check(identity: string, { publicId, keys }: IdentityKeys): Promise<Signed> {
  const checked = await verifyIdentity(identity, { keys, audience: publicId, now: Date.now() });
  if ('refused' in checked) throw new Problem('IDENTITY_REFUSED', checked.refused);
  return { person: checked.person, secretId: checked.key.secretId };
}

/** POST /widget/uploads `{sessionToken}` → 201 `{uploadUrl}`: where one file is posted, as `storedType`. */
const handOutUpload: Handle = async (ctx, request) => {
  const { sessionToken } = parseJson(zTokenRequest, await readBody(request));
  const tokenHash = await hashToken(sessionToken);
  const source = await addressOf(ctx);
  const uploadUrl = await ctx.runMutation(internal.http.uploads.addressForCustomer, { tokenHash, source });
  if (uploadUrl === null) throw ended();
  return { uploadUrl };
};

/** POST /widget/files `{sessionToken, storageId, name}` → 201 `{attachmentId, file}`: it waits for a message that names it. */
const takeFile: Handle = async (ctx, request) => {
  const { sessionToken, storageId, name } = parseJson(zFileRequest, await readBody(request));
  const tokenHash = await hashToken(sessionToken);
  if (!(await ctx.runMutation(internal.http.uploads.admitCustomer, { tokenHash }))) throw ended();
  return receiveUpload(ctx, { upload: storageId, name }, async (kept) => {
    const attached = await ctx.runMutation(internal.http.uploads.keepForCustomer, { ...kept, tokenHash });
    if (attached === null) throw ended();
    return attached;
  });
};

const ended = () => new Problem('NOT_SIGNED_IN', 'This chat session has ended. Start a new one.');

async function tokenFor(sessionId: string): Promise<{ jwt: string; expiresAt: number }> {
  const now = Date.now();
  const signer = {
    privateKeyPem: environment('CUSTOMER_JWT_PRIVATE_KEY'),
    jwks: environment('CUSTOMER_JWKS'),
    issuer: customerIssuer(),
  };
  return { jwt: await signCustomerToken(signer, sessionId, now), expiresAt: now + tokenLifetimeMs };
}

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
}

/** Hashed, for it is only counted by; null for whoever comes through a proxy that does not say for whom it asks. */
async function addressOf(ctx: ActionCtx): Promise<string | null> {
  const { ip } = await ctx.meta.getRequestMetadata();
  return ip === null ? null : hashToken(sourceOf(ip));
}

interface Route {
  path: string;
  status: number;
  limits: Limits;
  handle: Handle;
}

function route(http: HttpRouter, { path, status, limits, handle }: Route): void {
  const handler = httpAction(async (ctx, request) => {
    try {
      // Also once it has moved: the page learns the new address when it is loaded again, and keeps its session until then.
      requireOpen();
      const body = JSON.stringify(await handle(ctx, request));
      const headers = { ...cors, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
      return new Response(body, { status, headers });
    } catch (thrown) {
      const response = problemResponse(asProblem(thrown));
      for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
      return response;
    }
  });
  http.route({ path, method: 'POST', handler: limited(limits, handler) });
  const preflight = httpAction(async () => new Response(null, { status: 204, headers: cors }));
  http.route({ path, method: 'OPTIONS', handler: preflight });
}

const onlyEnds = noLimitNeeded('Ends the one session whose token came with it.');

/** GET /widget/look?channel=… → 200: how the chat looks and speaks. One that does not exist looks as ours do. */
const serveLook = httpAction(async (ctx, request) => {
  const publicId = new URL(request.url).searchParams.get('channel') ?? '';
  const isName = publicId !== '' && publicId.length <= 200;
  const look = await ctx.runQuery(internal.http.embedding.frame, { publicId: isName ? publicId : '-' });
  const headers = { ...cors, 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=60' };
  return new Response(JSON.stringify(look), { headers });
});

export function addWidgetRoutes(http: HttpRouter): void {
  const looks = noLimitNeeded('One look-up of a channel by its public id, kept a minute by whoever asked.');
  http.route({ path: '/widget/look', method: 'GET', handler: limited(looks, serveLook) });
  const limits = ['chatsOfAddress', 'chatsOnChannel', 'writersOfAddress', 'writersOnChannel'] as const;
  route(http, { path: '/widget/sessions', status: 201, limits, handle: createSession });
  route(http, { path: '/widget/token', status: 200, limits: ['tokensOfSession'], handle: exchangeToken });
  route(http, {
    path: '/widget/identity',
    status: 200,
    limits: ['identitiesOfSession', ...limits],
    handle: identify,
  });
  route(http, { path: '/widget/end', status: 200, limits: onlyEnds, handle: endSession });
  const ofUploads = ['uploadsOfSession', 'uploadsOfAddress', 'uploadsOnChannel'] as const;
  route(http, { path: '/widget/uploads', status: 201, limits: ofUploads, handle: handOutUpload });
  route(http, { path: '/widget/files', status: 201, limits: ['filesOfSession'], handle: takeFile });
}
