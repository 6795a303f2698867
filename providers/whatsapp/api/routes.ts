/** The Graph API as far as the desk uses it: which path answers what. */
import type { Account } from '../account.ts';
import { refuse } from '../refusals.ts';

export interface Call {
  account: Account;
  method: string;
  /** Without the version. */
  path: string;
  query: URLSearchParams;
  contentType: string;
  body: Buffer;
  origin: string;
}

/** What is answered with 200. */
export async function carryOut(call: Call): Promise<object> {
  const { account, method, path, query, origin } = call;
  const { settings, sending, media, templates } = account;
  const [, id = '', edge = ''] = path.split('/');
  if (id === settings.phoneNumberId) {
    if (method === 'POST' && edge === 'messages') return sending.send(readJson(call.body));
    if (method === 'POST' && edge === 'media') return { id: media.upload(await readUpload(call)) };
    if (method === 'GET' && edge === '') return numberOf(account);
  }
  if (id === settings.accountId) {
    if (method === 'GET' && edge === 'message_templates')
      return templates.list(query.get('after'), Number(query.get('limit') ?? 25));
    if (edge === 'subscribed_apps')
      return method === 'POST'
        ? { success: true }
        : { data: [{ whatsapp_business_api_data: { id: '1', name: 'Desk' } }] };
    if (method === 'GET' && edge === 'phone_numbers') return { data: [numberOf(account)] };
  }
  const described = method === 'GET' && edge === '' ? media.describe(id, origin) : null;
  return described ?? refuse('unknownObject', { id });
}

const numberOf = ({ settings }: Account) => ({
  id: settings.phoneNumberId,
  display_phone_number: `+${settings.displayNumber}`,
  verified_name: 'Acme',
  quality_rating: 'GREEN',
  platform_type: 'CLOUD_API',
  status: 'CONNECTED',
});

function readJson(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  } catch {
    return refuse('notWhatsapp');
  }
}

async function readUpload({ body, contentType }: Call) {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': contentType },
  }).formData();
  const file = form.get('file');
  if (form.get('messaging_product') !== 'whatsapp' || !(file instanceof File)) return refuse('notWhatsapp');
  const type = form.get('type');
  return {
    name: file.name,
    contentType: typeof type === 'string' && type !== '' ? type : file.type,
    content: Buffer.from(await file.arrayBuffer()),
  };
}
