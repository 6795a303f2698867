/**
 * The lines that programs put above what they quote, in the languages that customers write (docs/rules.md M5). Pure; every
 * look is at a few lines of bounded length, so that no text costs more than its length.
 *
 * What a person could have written takes two signs: "On Monday you wrote:" is a sentence, unless quoted lines follow it.
 */

/** Units of one line, and of an attribution over several, that are looked at. */
const mostUnitsOfLine = 400;
const mostLines = 4;

/** "wrote", as programs say it. */
const wrote = new RegExp(
  [
    'wrote|writes|schrieb|schreibt|a écrit|a ecrit|escribió|escribio|ha scritto|scrisse|schreef|geschreven|escreveu',
    'napisała?|napisał\\(a\\)|написала?|написал\\(а\\)|пишет|писал|pisze|skrev|kirjoitti|írta|napsala?|yazdı|γράψε',
    'さんは書きました|が書きました|のメール|写道|写到|寫道|写|님이 작성|작성|쓴 글',
  ].join('|'),
  'iu',
);
const endsWriting = /(?:wrote|wrote:|a écrit|ha scritto|escribió|escreveu)\s*-{0,10}$/iu;
/** How they begin: with a word for "on", or soon with the date. */
const opensByWord =
  /^[\s*_-]{0,12}(?:on|am|le|el|il|in data|op|em|w dniu|dnia|den|på|dne|tarihinde|в|在|於|于)(?=[\s\d])/iu;
/** As Gmail says it in Chinese: whose, then when. */
const opensByAddress = /^[^\n<]{0,100}<[^\s<>]+@[^\s<>]+>\s?[于於]\s?\d{4}/u;
const opensByDate = /^[^\n<@]{0,30}?\d/u;
const dated =
  /\b(?:19|20)\d\d\b|\d{4}年|\d{1,2}[:.]\d{2}\b|\d{1,2}\s?h\s?\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}/u;
/** In brackets, as no sentence has it. */
const bracketed = /[<[(]\s?(?:mailto:)?[^\s<>[\]()]+@[^\s<>[\]()]+\s?[>\])]/u;
const endsWithAddress = /[<[(]\s?(?:mailto:)?[^\s<>[\]()]+@[^\s<>[\]()]+\s?[>\])]\s?[:：]$/u;
const betweenDashes = /^-{2,10}\s.*@.*\s(?:wrote|schrieb|a écrit|escribió|escreveu|ha scritto)\s?-{2,10}$/iu;

export interface Attribution {
  /** How many lines above this one it begins. */
  linesAbove: number;
  /** Nobody writes so: what follows is quoted even if no line of it is marked. */
  isCertain: boolean;
}

/** The attribution that ends on the last of these lines, which reach back to the one above them that is empty or quoted. */
export function attributionEndingAt(
  last: string,
  above: (by: number) => string | undefined,
): Attribution | null {
  const end = last.trimEnd();
  if (
    end.length > mostUnitsOfLine ||
    !(/[:：]$/.test(end) || endsWriting.test(end) || /\s-{2,10}$/.test(end))
  )
    return null;
  let joined = end.trimStart();
  let found: Attribution | null = null;
  for (let linesAbove = 0; linesAbove < mostLines; linesAbove++) {
    if (linesAbove > 0) {
      const line = above(linesAbove)?.trim() ?? '';
      if (line === '' || line.startsWith('>') || joined.length + line.length > mostUnitsOfLine) return found;
      // What ends a sentence belongs to no attribution.
      if (/[.!?:]$/.test(line) && !/\b\p{L}{1,5}\.$/u.test(line)) return found;
      joined = `${line} ${joined}`;
    }
    const kind = kindOf(joined);
    // One that begins with its date may have its "On" a line above.
    if (kind !== null && (found === null || opensByWord.test(joined)))
      found = { linesAbove, isCertain: kind === 'certain' };
    if (kind !== null && opensByWord.test(joined)) return found;
  }
  return found;
}

function kindOf(line: string): 'certain' | 'likely' | null {
  if (betweenDashes.test(line)) return 'certain';
  if (![opensByWord, opensByDate, opensByAddress].some((opens) => opens.test(line))) return null;
  const hasAddress = bracketed.test(line);
  if (wrote.test(line) && (hasAddress || dated.test(line))) return hasAddress ? 'certain' : 'likely';
  return endsWithAddress.test(line) && dated.test(line) ? 'certain' : null;
}

type Field = 'from' | 'date' | 'to' | 'subject';

const fieldNames: Record<Field, string> = {
  from: 'from|von|de|da|van|od|od kogo|от|от кого|från|fra|avsändare|lähettäjä|expéditeur|mittente|remetente|差出人|送信者|发件人|寄件者|寄件人|보낸 사람|보낸사람',
  date: 'sent|date|gesendet|gesendet am|datum|envoyé|envoyé le|message du|enviado|enviado el|enviado em|enviada em|enviada|fecha|data|inviato|verzonden|wysłano|wysłane|дата|отправлено|skickat|sendt|dato|lähetetty|送信日時|日時|日付|发送时间|发送日期|日期|寄件日期|傳送時間|보낸 날짜|날짜',
  to: 'to|an|à|a|para|aan|do|do kogo|кому|till|til|vastaanottaja|destinataire|destinatario|宛先|收件人|收件者|받는 사람|받는사람|cc|kopie|copie|copie à|cópia|copia|dw|копия|kopia|kopi|抄送|참조',
  subject:
    'subject|betreff|objet|asunto|oggetto|onderwerp|assunto|temat|тема|ämne|emne|aihe|sujet|件名|主题|主旨|主題|제목',
};
const fields = new Map(
  Object.entries(fieldNames).flatMap(([field, names]) =>
    names.split('|').map((name) => [name, field as Field]),
  ),
);

/** The field a line names: `*Sent:* Monday` or `Envoyé le :jeudi`. */
function fieldOf(line: string): Field | null {
  const found = /^[\s*_\u00a0]{0,12}([^:：*_<>@]{1,24}?)[\s*_\u00a0]{0,4}[:：]/u.exec(line);
  return fields.get(found?.[1]?.toLowerCase() ?? '') ?? null;
}

const mostLinesOfBlock = 14;

/**
 * Outlook quotes by a block of From, Sent, To and Subject, and marks nothing below it. A timetable ("From: Berlin, To: Rome")
 * is none: either the sender has an address or there is a subject.
 */
export function isHeaderBlock(line: (by: number) => string | undefined): boolean {
  const first = fieldOf(line(0) ?? '');
  if (first !== 'from' && first !== 'date') return false;
  const found = new Set<Field>();
  let hasAddress = false;
  let isFrom = false;
  for (let by = 0, others = 0; by < mostLinesOfBlock && others < 3; by++) {
    const text = line(by);
    if (text === undefined || text.length > 2 * mostUnitsOfLine) break;
    const field = fieldOf(text);
    if (field === null) others++;
    else {
      others = 0;
      found.add(field);
      isFrom = field === 'from';
    }
    // It may have gone to the next line.
    if (isFrom && text.includes('@')) hasAddress = true;
  }
  if (!found.has('from')) return false;
  if (found.has('subject') && (found.has('date') || found.has('to'))) return true;
  return hasAddress && found.has('date') && found.has('to');
}

/** What stands between an answer and what it answers, or a note and what it forwards. */
const separators = new RegExp(
  `^\\s{0,4}[-_=*]{2,40}\\s{0,4}(?:${[
    "original message|ursprüngliche nachricht|original-?nachricht|message d[’']origine|message original|mensaje original",
    'mensagem original|messaggio originale|oorspronkelijk bericht|oprindelig (?:besked|meddelelse)|opprinnelig melding',
    'ursprungligt meddelande|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|исходное сообщение',
    '元のメッセージ|原始邮件|原始郵件|원본 메시지|원본 메일',
    'forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|mensagem encaminhada',
    'messaggio inoltrato|doorgestuurd bericht|videresendt (?:besked|meddelelse)|vidarebefordrat meddelande',
    'przekazana wiadomość|пересланное сообщение|転送メッセージ|转发邮件|轉寄郵件|전달된 메시지',
  ].join('|')})\\s{0,4}[-_=*]{2,40}\\s{0,4}$`,
  'iu',
);
const begins =
  /^(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:réexpédié|transféré)|inicio del mensaje reenviado|inizio messaggio inoltrato)\s?[:：]\s{0,4}$/iu;

export function isSeparator(line: string): boolean {
  return line.length <= mostUnitsOfLine && (separators.test(line) || begins.test(line));
}

/** A line that only divides; it goes with the block below it. */
export function isRule(line: string): boolean {
  return line.length <= mostUnitsOfLine && /^\s{0,8}[-_=*–—]{4,}\s{0,8}$/u.test(line);
}

/** Where people say that they answered in the midst of what they were asked, unmarked: then nothing is folded away. */
export const saysInline =
  /\b(?:in-?line|interspersed|(?:answers?|comments?|repl(?:y|ies)|responses?|remarks)\s(?:\S{1,12}\s){0,2}below|below in|in (?:red|blue|green|bold)|im text|in rot|in blau|(?:antwort(?:en)?|anmerkungen|kommentare)\s(?:\S{1,12}\s){0,2}unten|en rouge|en bleu|ci-dessous|dans le texte|en rojo|en azul|abajo|in rosso|in het rood|hieronder|em vermelho|abaixo|na czerwono|poniżej|nedan|nedenfor|i rødt)(?![\p{L}\p{N}])|красным|ниже|赤字|红字|아래/iu;
