/**
 * Whether the sender's domain stands behind a mail, as the server that took it in says (RFC 8601). Pure.
 *
 * Anybody can write `Authentication-Results: …; dmarc=pass` into a mail. The server puts its own on top and takes away those
 * that bear its name; so only the topmost one counts, and only under the name that the desk trusts. No name, no verdict.
 */
import { firstUnits } from '../kit/text';
import { addressesIn } from './addresses';
import { headerValues, withoutComments, type MailHeader } from './headers';

export type Dmarc = 'pass' | 'fail' | 'none';

/** `from` is the one address in From: a mail with several proves nothing about any. */
export function dmarcOf(
  headers: readonly MailHeader[],
  from: string | null,
  trustedHost: string | undefined,
): Dmarc {
  const [topmost] = headerValues(headers, 'authentication-results');
  const froms = headerValues(headers, 'from');
  if (topmost === undefined || trustedHost === undefined || from === null || froms.length !== 1)
    return 'none';
  // Whose domain was looked at is not said where one header has several, nor where `from` is what Sender says.
  const [only, ...others] = addressesIn(froms[0]!);
  if (only?.address !== from || others.length > 0) return 'none';
  const [server, ...results] = withoutComments(firstUnits(topmost, 16 * 1024)).split(';');
  // A version may follow the name.
  if (server!.trim().split(/\s+/)[0]!.toLowerCase() !== trustedHost.toLowerCase()) return 'none';
  const verdicts = results.filter((result) => /^\s*dmarc\s*=/i.test(result));
  if (verdicts.some((verdict) => /^\s*dmarc\s*=\s*fail\b/i.test(verdict))) return 'fail';
  const [verdict] = verdicts;
  if (verdict === undefined || verdicts.length > 1 || !/^\s*dmarc\s*=\s*pass(?:\s|$)/i.test(verdict))
    return 'none';
  const domain = /\sheader\.from\s*=\s*"?([^\s";]+)/i.exec(verdict)?.[1]?.toLowerCase();
  return domain === undefined || domain === from.split('@')[1] ? 'pass' : 'none';
}
