/** A conversation as a mail to the customer who asked for it, in the language of their chat (docs/widget.md). Pure. */
import { catalogues } from './words/all';
import { filled, type Language } from './words/catalogue';
import { transcriptWords } from './words/mails';

export interface TranscriptLine {
  /** Empty: the customer. */
  name: string;
  at: number;
  text: string;
  /** Names of what went with it. */
  files: string[];
}

interface Transcript {
  language: Language;
  /** What the chat is called. */
  team: string;
  /** As the customer's browser says; without one the times are of UTC, and say so. */
  timeZone: string | undefined;
  /** Oldest first. */
  lines: TranscriptLine[];
  /** There was more before. */
  isCut: boolean;
}

export interface Paragraphs {
  subject: string;
  paragraphs: string[];
}

export function transcriptOf({ language, team, timeZone = 'UTC', lines, isCut }: Transcript): Paragraphs {
  const words = transcriptWords[language];
  const clock = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone,
  });
  const zone = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: 'short' });
  const zoneName =
    zone.formatToParts(lines[0]?.at ?? 0).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
  const said = lines.map(({ name, at, text, files }) => {
    const parts = files.map((file) => filled(words.file, { file }));
    return [
      `${name || catalogues[language].you}, ${clock.format(at)}`,
      ...(text === '' ? [] : [text]),
      ...parts,
    ].join('\n');
  });
  const cut = isCut ? [words.cut] : [];
  return {
    subject: filled(words.subject, { team }),
    paragraphs: [filled(words.intro, { team, zone: zoneName }), ...cut, ...said],
  };
}

/** What goes to an address that nobody has proven: nothing of the conversation, and no word that a stranger chose. */
export function transcriptLinkOf(
  language: Language,
  team: string,
): Paragraphs & { label: string; ending: string } {
  const words = transcriptWords[language];
  return {
    subject: filled(words.subject, { team }),
    paragraphs: [filled(words.confirm, { team })],
    label: words.open,
    ending: words.notYou,
  };
}
