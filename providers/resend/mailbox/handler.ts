/**
 * Serves the mailbox pages and takes what is written on them: a reply leaves as a mail of the chosen program and comes
 * in at the desk as any mail does. Only for this machine: other hosts' names and other pages' forms are refused.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { formSheet, readForm, type Said, serve, styleSheet, textOf } from '../../pages/serve.ts';
import { domainOf, readMailbox } from '../mail/addresses.ts';
import { type IncomingMail, writeIncoming } from '../mail/incoming.ts';
import type { StoredMail } from '../mail/mailboxes.ts';
import { withImages } from '../mail/read.ts';
import type { Team } from '../team.ts';
import { addressesPage, listPage, mailPage, pathOf, type Shown, writePage } from './pages.ts';
import { isProgram, recipientsOf, writeReply } from './replies.ts';

const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** Of the mail itself: nothing runs, nothing is loaded, nothing is sent. */
const policyOfMail =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

interface Visit {
  team: Team;
  request: IncomingMessage;
  address: string;
  /** Of the mail that is looked at. */
  id: string;
}

/** True where the path is one of these pages. */
export async function serveMailbox(
  team: Team,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  if (!/^\/mailbox(-files)?(\/|$)/.test(url.pathname)) return false;
  await serve({ request, response, url, policy }, () => answer(team, request, url));
  return true;
}

const notFound: Said = { status: 404, type: 'text/plain; charset=utf-8', body: 'There is no such page.' };
const to = (path: string): Said => ({ status: 303, headers: { location: path } });

async function answer(team: Team, request: IncomingMessage, url: URL): Promise<Said> {
  if (url.pathname === '/mailbox-files/mailbox.css')
    return styleSheet(formSheet, new URL('mailbox.css', import.meta.url));
  if (url.pathname === '/mailbox-files/mailbox.js')
    return {
      type: 'text/javascript; charset=utf-8',
      body: readFileSync(new URL('mailbox.js', import.meta.url)),
    };
  const [, , given = '', id = '', ...rest] = url.pathname.split('/');
  if (given === '') {
    const wanted = url.searchParams.get('address');
    return wanted ? to(pathOf(wanted.trim())) : { body: addressesPage(team.mailboxes.addresses()) };
  }
  const address = readMailbox(decode(given))?.address;
  if (address === undefined) return notFound;
  const visit: Visit = { team, request, address, id };
  const isPost = request.method === 'POST';
  if (id === '') return { body: listPage(address, await mailsOf(visit)) };
  if (id === 'state') return stateOf(visit);
  if (id === 'write') return isPost ? sendNew(visit) : { body: writePage(address, draftOf(team, url)) };
  const shown = (await mailsOf(visit)).find(({ stored }) => stored.id === id);
  if (!shown) return notFound;
  if (isPost) return rest[0] === 'spam' ? complain(visit, shown.stored) : reply(visit, shown);
  return partOf(visit, shown, rest);
}

function partOf({ address }: Visit, shown: Shown, [part = '', at = '']: string[]): Said {
  const { mail, stored } = shown;
  if (part === '') return { body: mailPage(address, shown) };
  if (part === 'raw') return { type: 'text/plain; charset=utf-8', body: stored.raw };
  if (part === 'html' && mail.html !== null)
    return { body: withImages(mail) ?? '', headers: { 'content-security-policy': policyOfMail } };
  const attachment = part === 'attachments' ? mail.attachments[Number(at)] : undefined;
  if (!attachment) return notFound;
  const name = encodeURIComponent(attachment.filename ?? 'attachment');
  return {
    type: attachment.contentType,
    body: attachment.content,
    headers: { 'content-disposition': `attachment; filename*=UTF-8''${name}` },
  };
}

function mailsOf({ team, address }: Visit): Promise<Shown[]> {
  const { mailboxes } = team;
  return Promise.all(
    mailboxes.list(address).map(async (stored) => ({ stored, mail: await mailboxes.read(stored) })),
  );
}

function stateOf({ team, address }: Visit): Said {
  const received = team.mailboxes.list(address).filter(({ direction }) => direction === 'received').length;
  return { type: 'application/json', body: JSON.stringify({ received }) };
}

/** To the first domain that receives, unless the address is given. */
function draftOf(team: Team, url: URL) {
  const desk = team.domains.list().find(({ receiving }) => receiving);
  return {
    to: url.searchParams.get('to') ?? (desk ? `support@${desk.name}` : ''),
    subject: url.searchParams.get('subject') ?? '',
    text: '',
  };
}

async function sendNew(visit: Visit): Promise<Said> {
  const form = await readForm(visit.request);
  const draft = { to: textOf(form, 'to'), subject: textOf(form, 'subject'), text: textOf(form, 'text') };
  const name = textOf(form, 'name').trim();
  const mail: IncomingMail = {
    from: name === '' ? visit.address : `"${name.replace(/["\\\r\n]/g, '')}" <${visit.address}>`,
    to: listOf(draft.to),
    cc: listOf(textOf(form, 'cc')),
    subject: draft.subject,
    text: draft.text,
    attachments: await filesOf(form),
  };
  const failure = await leave(visit, mail);
  return failure === null
    ? to(pathOf(visit.address))
    : { status: 422, body: writePage(visit.address, draft, failure) };
}

async function reply(visit: Visit, shown: Shown): Promise<Said> {
  const form = await readForm(visit.request);
  const program = textOf(form, 'program');
  const { to: first, others } = recipientsOf(shown.mail, visit.address);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const failure = await leave(visit, {
    from: ownName(visit, shown),
    to: first,
    cc: textOf(form, 'all') === 'yes' ? others : [],
    ...writeReply(
      textOf(form, 'text').replace(/\r\n/g, '\n'),
      shown.mail,
      isProgram(program) ? program : 'gmail',
      zone,
    ),
    attachments: await filesOf(form),
  });
  return failure === null
    ? to(pathOf(visit.address))
    : { status: 422, body: mailPage(visit.address, shown, failure) };
}

/** As the one who wrote was called. */
function ownName({ address }: Visit, { mail }: Shown): string {
  return [...mail.to, ...mail.cc].find((each) => readMailbox(each)?.address === address) ?? address;
}

/** Null when it left; otherwise why it did not. */
async function leave({ team, address }: Visit, mail: IncomingMail): Promise<string | null> {
  const { raw, from, to: recipients } = writeIncoming(mail, team.settings.now(), () => true);
  const strange = recipients.find((each) => readMailbox(each) === null);
  if (strange !== undefined) return `“${strange}” is not an address.`;
  if (recipients.length === 0) return 'Say to whom it goes.';
  const deaf = recipients.find(
    (each) =>
      !team.domains.ofReceiver(each) && team.domains.list().some(({ name }) => name === domainOf(each)),
  );
  if (deaf !== undefined)
    return `${domainOf(deaf)} receives no mail: it is a domain of the desk that only sends.`;
  team.mailboxes.put(address, { at: team.settings.now(), direction: 'sent', raw, emailId: null });
  await team.post({ raw, from, to: recipients });
  return null;
}

function complain({ team, address }: Visit, { emailId }: StoredMail): Said {
  const recipient = readMailbox(address);
  if (emailId !== null && recipient !== null) team.sending.complain(emailId, recipient);
  return to(pathOf(address));
}

const listOf = (text: string): string[] =>
  text
    .split(/[,;](?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((each) => each.trim())
    .filter(Boolean);

async function filesOf(form: FormData): Promise<NonNullable<IncomingMail['attachments']>> {
  const given = form.getAll('files').filter((each): each is File => each instanceof File && each.size > 0);
  return Promise.all(
    given.map(async (file) => ({
      filename: file.name,
      contentType: file.type || 'application/octet-stream',
      content: new Uint8Array(await file.arrayBuffer()),
    })),
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
