/**
 * WhatsApp's Cloud API, as far as the desk uses it (developers.facebook.com, Cloud API), by itself: the libraries there are fix the
 * host, and hide status and `Retry-After` (docs/whatsapp.md). What it answers becomes a word of ours.
 */
import { z } from 'zod';
import type { SendOutcome } from '../../shared/delivery/outcome';
import { type Failure, pairWaitMs, readRefusal, saysWindowClosed } from '../../shared/whatsapp/errors';
import { readAnswer } from '../../shared/whatsapp/sends';
import { readTemplates } from '../../shared/whatsapp/templateList';
import type { Template } from '../../shared/whatsapp/templates';
import { inTime, lateAnswer } from '../provider';

/** The number by which it is asked, and the team's token for it. */
export interface Access {
  token: string;
  phoneNumberId: string;
}

/** Another host than Meta's own is the deployment's to name, never a team's. */
const baseUrl = (): string => process.env.WHATSAPP_BASE_URL || 'https://graph.facebook.com';
const version = (): string => process.env.WHATSAPP_API_VERSION || 'v26.0';

type Answer = { body: unknown } | { failure: Failure };

async function ask(token: string, path: string, init: RequestInit = {}, ms?: number): Promise<Answer> {
  try {
    return await inTime(async (signal) => {
      const response = await fetch(`${baseUrl()}/${version()}/${path}`, {
        ...init,
        headers: { ...init.headers, Authorization: `Bearer ${token}`, 'User-Agent': 'Baton' },
        redirect: 'error',
        signal,
      });
      const text = await response.text();
      if (!response.ok)
        return { failure: readRefusal(response.status, text, response.headers.get('Retry-After')) };
      return { body: JSON.parse(text) as unknown };
    }, ms);
  } catch {
    // Whether the bytes had gone out by then is not known.
    return { failure: { kind: 'unknown', said: lateAnswer } };
  }
}

const asJson = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

/** Of a number that is also in the WhatsApp Business app; others take 80 (Meta, "Throughput"). Over it we are told to wait. */
const perSecond = 20;

/** `tries`: this one is the how many-eth. */
export async function sendMessage(
  { token, phoneNumberId }: Access,
  body: object,
  tries: number,
): Promise<SendOutcome> {
  const answer = await ask(token, `${phoneNumberId}/messages`, asJson(body));
  if ('failure' in answer) return outcomeOf(answer.failure, tries);
  const taken = readAnswer(answer.body);
  if (taken === null)
    return { what: 'unknown', failure: 'WhatsApp took it, and did not say under which id.' };
  return { what: 'sent', providerId: taken.id, perSecond };
}

const pairLimit = 131056;

/** What a refusal means for this send and for the account. */
export function outcomeOf({ kind, code, said: failure, retryAfterMs }: Failure, tries: number): SendOutcome {
  switch (kind) {
    case 'permanent':
      return { what: 'permanent', failure, ...(saysWindowClosed({ code }) && { isWindowClosed: true }) };
    case 'unknown':
      return { what: 'unknown', failure };
    case 'auth':
    case 'account':
      return { what: 'account', failure };
    case 'retry':
      // Of this customer alone: others are written to all the same.
      if (code === pairLimit) return { what: 'later', failure, retryAfterMs: pairWaitMs(tries) };
      return { what: 'retry', failure, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
}

const zId = z.looseObject({ id: z.string().min(1) });

/** Up: 16 MB at a megabit a second. */
export const uploadMs = 130_000;

/** A file that is to go out: the id it has there from then on, for 30 days. */
export async function uploadMedia(
  { token, phoneNumberId }: Access,
  file: { blob: Blob; name: string; contentType: string },
): Promise<{ id: string } | { failure: Failure }> {
  const form = new FormData();
  form.set('messaging_product', 'whatsapp');
  form.set('type', file.contentType);
  form.set('file', new Blob([await file.blob.arrayBuffer()], { type: file.contentType }), file.name);
  const answer = await ask(token, `${phoneNumberId}/media`, { method: 'POST', body: form }, uploadMs);
  if ('failure' in answer) return answer;
  const parsed = zId.safeParse(answer.body);
  return parsed.success
    ? parsed.data
    : { failure: { kind: 'retry', said: 'WhatsApp did not say under which id it keeps the file.' } };
}

const zMedia = z.looseObject({
  url: z.string(),
  sha256: z.string().optional().catch(undefined),
  file_size: z.coerce.number().optional().catch(undefined),
});

export interface FoundMedia {
  url: string;
  sha256: string | undefined;
  size: number | undefined;
}

/** Null: it is not there any more. */
export async function findMedia(
  { token, phoneNumberId }: Access,
  id: string,
): Promise<FoundMedia | { failure: Failure } | null> {
  const answer = await ask(token, `${encodeURIComponent(id)}?phone_number_id=${phoneNumberId}`);
  if ('failure' in answer) return answer.failure.kind === 'permanent' ? null : answer;
  const parsed = zMedia.safeParse(answer.body);
  if (!parsed.success) return null;
  const { url, sha256, file_size: size } = parsed.data;
  return { url, sha256, size };
}

const ownHosts = /(?:^|\.)(?:fbsbx\.com|facebook\.com|whatsapp\.net|fbcdn\.net)$/;

/** The token goes to nobody but the provider, whatever address an answer names. */
function isOwnAddress(address: string): boolean {
  if (!/^https?:\/\/[^\s/]/.test(address)) return false;
  const url = new URL(address);
  return (
    url.origin === new URL(baseUrl()).origin || (url.protocol === 'https:' && ownHosts.test(url.hostname))
  );
}

/** For a file of the largest size there is, over a slow line. */
const downloadMs = 120_000;

/** Null: it is not there any more. Throws where it does not come. */
export async function downloadMedia(token: string, address: string): Promise<Blob | null> {
  if (!isOwnAddress(address)) throw new Error('The file is said to be at an address that is not WhatsApp’s.');
  const response = await inTime(
    (signal) =>
      fetch(address, {
        headers: { Authorization: `Bearer ${token}`, 'User-Agent': 'Baton' },
        signal,
      }),
    downloadMs,
  );
  if (response.status === 404 || response.status === 410) return null;
  if (!response.ok) throw new Error(`The file did not come: ${response.status}.`);
  return response.blob();
}

/** Beyond this a team looks in the WhatsApp Manager. */
const maxPages = 10;

/** All of an account, as they are now. */
export async function listTemplates(
  token: string,
  businessId: string,
): Promise<{ templates: Template[] } | { failure: Failure }> {
  const templates: Template[] = [];
  let after: string | null = '';
  for (let pages = 0; after !== null && pages < maxPages; pages++) {
    const fields = 'fields=name,language,status,category,components,parameter_format&limit=100';
    const from: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
    const answer = await ask(token, `${encodeURIComponent(businessId)}/message_templates?${fields}${from}`);
    if ('failure' in answer) return answer;
    const page = readTemplates(answer.body);
    if (page === null)
      return { failure: { kind: 'retry', said: 'WhatsApp’s list of templates could not be read.' } };
    templates.push(...page.templates);
    after = page.after;
  }
  return { templates };
}

const zNumber = z.looseObject({
  id: z.string(),
  display_phone_number: z.string().max(50),
  verified_name: z.string().max(200).optional().catch(undefined),
  quality_rating: z.string().max(50).optional().catch(undefined),
});

export interface NumberFacts {
  /** As people dial it. */
  number: string;
  name: string | undefined;
  quality: string | undefined;
}

/** What the number is, which also says whether the token may use it. */
export async function readNumber({
  token,
  phoneNumberId,
}: Access): Promise<NumberFacts | { failure: Failure }> {
  const fields = 'fields=id,display_phone_number,verified_name,quality_rating';
  const answer = await ask(token, `${encodeURIComponent(phoneNumberId)}?${fields}`);
  if ('failure' in answer) return answer;
  const parsed = zNumber.safeParse(answer.body);
  if (!parsed.success)
    return { failure: { kind: 'permanent', said: 'There is no such phone number at WhatsApp.' } };
  const { display_phone_number: number, verified_name: name, quality_rating: quality } = parsed.data;
  return { number, name, quality };
}

/** Whether the account’s numbers tell this app what happens, from now on. */
export async function subscribe(token: string, businessId: string): Promise<{ failure: Failure } | null> {
  const answer = await ask(token, `${encodeURIComponent(businessId)}/subscribed_apps`, asJson({}));
  return 'failure' in answer ? answer : null;
}
