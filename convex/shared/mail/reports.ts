/**
 * What a bounce or a complaint is about (RFC 3464, RFC 5965): who was not reached, and which mail of ours. Pure. Where a
 * server writes prose instead of a report, its text is searched for the same.
 */
import { firstUnits } from '../kit/text';
import { cleanAddress } from './addresses';
import { headerValues, messageIdsIn, type MailHeader } from './headers';

/** `permanent`: the address is not to be tried again; otherwise it may still arrive. */
export type Bounce = { recipient: string; permanent: boolean; originalMessageIds: string[] };
export type Complaint = { recipient: string | null; originalMessageIds: string[] };

interface Report {
  headers: readonly MailHeader[];
  text: string;
  attachments: readonly { contentType: string; bytes: Uint8Array }[];
}

const mostRecipients = 100;
const mostUnitsRead = 64 * 1024;

export function bouncesOf(report: Report): Bounce[] {
  const originalMessageIds = originalIds(report);
  const bounce = (recipient: string, permanent: boolean) => ({ recipient, permanent, originalMessageIds });
  const told = partsOf(report, /^message\/(?:global-)?delivery-status$/).flatMap(failuresIn);
  if (told.length > 0) return once(told.map(({ recipient, permanent }) => bounce(recipient, permanent)));
  // A report that names nobody who failed reports a success.
  if (partsOf(report, /^message\/(?:global-)?delivery-status$/).some((part) => /^action:/im.test(part)))
    return [];
  const permanent = isPermanent(report.text);
  const named = headerValues(report.headers, 'x-failed-recipients').flatMap((value) => value.split(','));
  const inText = firstUnits(report.text, mostUnitsRead).matchAll(/^[ \t]*<([^<>\s@]+@[^<>\s]+)>:?/gm);
  const recipients = named.length > 0 ? named : Array.from(inText, ([, address]) => address!);
  const addresses = recipients.map(cleanAddress).filter((address) => address !== null);
  return once(addresses.map((address) => bounce(address, permanent)));
}

export function complaintsOf(report: Report): Complaint[] {
  const parts = partsOf(report, /^message\/feedback-report$/);
  const rcpt = parts.flatMap((part) => fieldsOf(part).filter(([name]) => name === 'original-rcpt-to'));
  const recipients = rcpt.map(([, value]) => cleanAddress(value)).filter((address) => address !== null);
  const originalMessageIds = originalIds(report);
  if (recipients.length === 0) return [{ recipient: null, originalMessageIds }];
  return once(recipients.map((recipient) => ({ recipient, originalMessageIds })));
}

/** Blocks of fields, one for the mail and one for each recipient. */
function failuresIn(part: string): { recipient: string; permanent: boolean }[] {
  return part.split(/\r?\n[ \t]*\r?\n/).flatMap((block) => {
    const fields = new Map(fieldsOf(block));
    // The address we wrote to, before it was forwarded.
    const recipient = [fields.get('original-recipient'), fields.get('final-recipient')]
      .map((value) => cleanAddress(value?.replace(/^[^;]*;/, '') ?? ''))
      .find((address) => address !== null);
    const action = /^\w*/.exec(fields.get('action')?.toLowerCase() ?? '')![0];
    if (recipient === undefined || (action !== 'failed' && action !== 'delayed')) return [];
    return [{ recipient, permanent: action === 'failed' && !fields.get('status')?.startsWith('4') }];
  });
}

function fieldsOf(block: string): [string, string][] {
  const lines = block.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  return lines.flatMap((line): [string, string][] => {
    const found = /^([\w-]+)[ \t]*:(.*)$/.exec(line);
    return found === null ? [] : [[found[1]!.toLowerCase(), found[2]!.trim()]];
  });
}

/** Those of the mail that came back, then what the report itself answers. */
function originalIds(report: Report): string[] {
  const returned = partsOf(report, /^(?:message\/(?:global|rfc822)(?:-headers)?|text\/rfc-?822?-?\w*)$/);
  const ids = [...returned, firstUnits(report.text, mostUnitsRead)].flatMap((part) => {
    const found = /^[ >\t]{0,8}message-id[ \t]*:\s*(<?[^<>\s]{1,960}>?)/im.exec(part)?.[1];
    return found === undefined ? [] : messageIdsIn(found);
  });
  const answered = ['in-reply-to', 'references'].flatMap((name) =>
    headerValues(report.headers, name).flatMap(messageIdsIn),
  );
  return [...new Set([...ids, ...answered])].slice(0, mostRecipients);
}

function partsOf({ attachments }: Report, type: RegExp): string[] {
  return attachments
    .filter(({ contentType }) => type.test(contentType))
    .map(({ bytes }) => new TextDecoder().decode(bytes.subarray(0, mostUnitsRead)));
}

/** The codes of SMTP in prose: 5.1.1 or 550 against 4.2.2 or 451. */
function isPermanent(text: string): boolean {
  const code = /(?:^|[\s(#:'"[])([45])(?:\d\d[\s-]|\.\d{1,3}\.\d{1,3}\b)/m.exec(
    firstUnits(text, mostUnitsRead),
  )?.[1];
  return code === '5';
}

function once<One extends { recipient: string | null }>(found: One[]): One[] {
  return [...new Map(found.map((each) => [each.recipient, each])).values()].slice(0, mostRecipients);
}
