/** Names and types of attached files, which a stranger chose. Pure. */
import { firstCharacters, firstUnits, isVisible, oneLine, withoutEnd, withoutStart } from '../kit/text';

const mostName = 120;
/** Units of a name that are looked at. */
const mostUnitsRead = 2_000;
const endings: Record<string, string> = {
  'message/rfc822': 'eml',
  'message/delivery-status': 'txt',
  'text/calendar': 'ics',
  'text/html': 'html',
  'text/plain': 'txt',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'application/pdf': 'pdf',
};

/** A name for a file and nothing else: no folders, no directions, no hidden file, and its ending kept when it is cut. */
export function cleanFileName(name: string | null, contentType: string, number: number): string {
  const bare = firstUnits(name ?? '', mostUnitsRead)
    .toWellFormed()
    .replace(/^[^]*[/\\]/, '');
  const plain = oneLine(bare.replace(/[\p{Cc}\p{Cf}\p{Co}<>:"|?*]/gu, ' ')).replace(/^[. ]+|[. ]+$/g, '');
  if (!isVisible(plain)) return `attachment-${number}.${endings[contentType] ?? 'bin'}`;
  const ending = /\.[^.\s]{1,16}$/u.exec(plain)?.[0] ?? '';
  return `${firstCharacters(withoutEnd(plain, ending), mostName - ending.length).trimEnd()}${ending}`;
}

export function cleanContentType(type: string): string {
  const clean = type.trim().toLowerCase();
  return clean.length <= 100 && /^[\w.+-]+\/[\w.+-]+$/.test(clean) ? clean : 'application/octet-stream';
}

/** `<logo@shop>` → `logo@shop`, as `cid:` names it. */
export function cleanContentId(id: string | undefined): string | null {
  const bare = id?.trim() ?? '';
  const inner = bare.startsWith('<') && bare.endsWith('>') ? withoutEnd(withoutStart(bare, '<'), '>') : bare;
  return inner !== '' && inner.length <= 250 && !/[\s\p{Cc}]/u.test(inner) ? inner : null;
}
