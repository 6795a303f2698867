/** Mentions in notes: `@` and what a colleague is called. Kept with the person's id, so that a chip shows the name they have now. Pure. */
import { type Infer, v } from 'convex/values';
import { between } from '../kit/text';

/** `name`: as it stands in the text, without the `@`. */
export const vMention = v.object({ memberId: v.id('members'), name: v.string() });
export type Mention = Infer<typeof vMention>;

/** Of one note. */
export const maxMentions = 20;

interface Person {
  memberId: Mention['memberId'];
  name: string;
  email: string;
}

const alike = (text: string) => text.toLocaleLowerCase();

/** What each is called in a note: their name, with the address where somebody else has the same. */
export function handlesOf<P extends Person>(people: readonly P[]): (P & { handle: string })[] {
  const times = Map.groupBy(people, ({ name }) => alike(name));
  return people.map((person) => ({
    ...person,
    handle: times.get(alike(person.name))!.length > 1 ? `${person.name} (${person.email})` : person.name,
  }));
}

const wordCharacter = /[\p{L}\p{N}_]/u;

/** A part of a note; `mention`: it names somebody. */
interface Piece {
  text: string;
  mention?: Mention;
}

/** The text in pieces, each `@name` one of them: the longest that fits, as a word of its own. */
export function piecesOf(text: string, mentions: readonly Mention[]): Piece[] {
  const longestFirst = mentions.toSorted((a, b) => b.name.length - a.name.length);
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    if (at < from || wordCharacter.test(text[at - 1] ?? '')) continue;
    const mention = longestFirst.find(({ name }) => standsAt(text, at + 1, name));
    if (mention === undefined) continue;
    const end = at + 1 + mention.name.length;
    if (at > from) pieces.push({ text: between(text, from, at) });
    pieces.push({ text: between(text, at, end), mention });
    from = end;
  }
  if (from < text.length) pieces.push({ text: between(text, from, text.length) });
  return pieces;
}

function standsAt(text: string, at: number, name: string): boolean {
  return text.startsWith(name, at) && !wordCharacter.test(text[at + name.length] ?? '');
}

/** Whom a note names, once each. */
export function mentionsIn(text: string, people: readonly Person[]): Mention[] {
  const known = handlesOf(people).map(({ memberId, handle: name }) => ({ memberId, name }));
  const named = piecesOf(text, known).flatMap(({ mention }) => mention ?? []);
  return [...new Map(named.map((mention) => [mention.memberId, mention])).values()];
}

/** What is being typed after an `@` that ends at the caret; null: nothing of the kind. */
export function typedMention(text: string, caret: number): { at: number; typed: string } | null {
  const at = text.lastIndexOf('@', caret - 1);
  if (at < 0 || wordCharacter.test(text[at - 1] ?? '')) return null;
  const typed = between(text, at + 1, caret);
  return typed.length > 40 || /[\n@]/.test(typed) || /^\s/.test(typed) ? null : { at, typed };
}

/** The text with that colleague in the place of what was typed, and where the caret then stands. */
export function withMention(
  text: string,
  { at }: { at: number },
  caret: number,
  handle: string,
): { text: string; caret: number } {
  const before = `${between(text, 0, at)}@${handle} `;
  const rest = between(text, caret, text.length);
  return {
    text: before + (rest.startsWith(' ') ? between(rest, 1, rest.length) : rest),
    caret: before.length,
  };
}
