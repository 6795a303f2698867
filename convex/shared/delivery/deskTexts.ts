/** What the desk itself writes to people, as text and as plain HTML of the same words (docs/rules.md R1, M2). Pure. */

export interface DeskWords {
  subject: string;
  text: string;
  html: string;
}

interface Letter {
  subject: string;
  paragraphs: readonly string[];
  link?: { label: string; href: string };
  /** Below the link: how long it works, and what to do with a mail one did not expect. */
  ending?: readonly string[];
}

/** Paragraphs of one or more lines. */
export function letter({ subject, paragraphs, link, ending = [] }: Letter): DeskWords {
  const linkText = link === undefined ? [] : [`${link.label}:\n${link.href}`];
  const linkHtml =
    link === undefined ? [] : [`<p><a href="${escaped(link.href)}">${escaped(link.label)}</a></p>`];
  return {
    subject,
    text: [...paragraphs, ...linkText, ...ending].join('\n\n'),
    html: [...paragraphs.map(paragraph), ...linkHtml, ...ending.map(paragraph)].join('\n'),
  };
}

const paragraph = (text: string) => `<p dir="auto">${escaped(text).replaceAll('\n', '<br>')}</p>`;

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character]!);

/** `code`: by which it is known again; nobody else can guess it. */
export function testMail(code: string): DeskWords {
  return letter({
    subject: `Test of this address (${code})`,
    paragraphs: ['This is a test: it went out by the desk and came in again. Nobody needs to answer.'],
  });
}

/** To the owners: what its provider says of a channel. */
export function channelTroubleMail(of: { name: string; said: string; link: string }): DeskWords {
  return letter({
    subject: `The channel “${of.name}” needs you`,
    paragraphs: [of.said],
    link: { label: 'Open the channels', href: of.link },
    ending: ['What waits to leave by it leaves once it is seen to.'],
  });
}

export function invitationMail(of: { teamName: string; by: string; link: string }): DeskWords {
  return letter({
    subject: `${of.by} invites you to ${of.teamName}`,
    paragraphs: [`${of.by} invites you to answer the customers of ${of.teamName} on Baton, their help desk.`],
    link: { label: 'Join the team', href: of.link },
    ending: ['The link works once, for 7 days. If you know nobody there, you can forget this mail.'],
  });
}

/** `by`: who made the link; absent where it was asked for on the page of the sign-in. */
export function passwordMail(of: { name: string; by?: string; link: string }): DeskWords {
  const why =
    of.by === undefined
      ? 'Somebody asked for a new password for your account on the help desk. Was it you? Then choose one here.'
      : `${of.by} made you a link to a new password for your account on the help desk.`;
  return letter({
    subject: 'A new password',
    paragraphs: [`Hello ${of.name},`, why],
    link: { label: 'Choose a new password', href: of.link },
    ending: [
      'The link works once, for a day. Until you use it, your password stays as it is: if you did not want it, forget this mail.',
    ],
  });
}

/**
 * None of a customer's words, nor what they call themselves: mail may lie open where the desk does not. `lines`: what there is to see to;
 * `waits`: the ticket in which a customer waits, where that is all.
 */
export function needsMail(of: {
  lines: readonly string[];
  waits?: number | undefined;
  link: string;
}): DeskWords {
  const { lines, waits, link } = of;
  const [first] = lines;
  const isOne = lines.length === 1;
  const one =
    waits === undefined
      ? { subject: first!, paragraphs: [`${first}.`] }
      : {
          subject: `A customer waits: #${waits}`,
          paragraphs: [`A customer has written in your ticket #${waits}, and nobody has answered yet.`],
        };
  const many = { subject: `${lines.length} things need you`, paragraphs: lines.map((line) => `${line}.`) };
  return letter({
    ...(isOne ? one : many),
    link: { label: isOne ? 'Open the ticket' : 'Open your tickets', href: link },
    ending: [
      'There is no further mail about this until you have looked. What you are mailed about, and after how long, is yours to choose: Settings, Me.',
    ],
  });
}
