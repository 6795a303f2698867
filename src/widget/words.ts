/** What the chat says in its own name. Facts come from the desk; nothing here promises more than it knows. */
import { maxFilesOfMessage } from '../../convex/shared/conversation/attachments';
import { isOpen, nextOpening } from '../../convex/shared/kit/openTimes';
import { waitWords } from '../../convex/shared/kit/waitWords';
import type { ChatState } from './state';
import type { Conversation } from './thread';

export const words = {
  title: 'Support chat',
  connecting: 'Connecting…',
  close: 'Close chat',
  greeting: 'Hi. What can we help you with?',
  machine: 'AI',
  placeholder: 'Write a message',
  send: 'Send',
  attach: 'Attach files',
  files: 'Files',
  yourFiles: 'Your files',
  toSend: 'Files to send',
  uploading: 'Uploading…',
  notUploaded: 'It was not uploaded.',
  tooManyFiles: (waitMs: number) => `Too many files just now. Try again ${waitWords(waitMs)}.`,
  leftOut: (count: number) =>
    `${count === 1 ? 'One file was' : `${count} files were`} left out: a message has at most ${maxFilesOfMessage}.`,
  filesGone: 'Its files waited too long and are no longer kept.',
  withoutFiles: 'Send without them',
  person: 'Talk to a person',
  asked: 'The team has been asked.',
  inLine: 'You are in line already.',
  earlier: 'Earlier messages',
  newBelow: 'New messages',
  you: 'You',
  from: (titles: string[]) => `From ${titles.map((title) => `“${title}”`).join(', ')}`,
  retry: 'Retry',
  remove: 'Remove',
  offline: 'You’re offline. What you write is sent when you’re back.',
  crowded: 'Many people open this chat just now. Write your message: those who write are let in first.',
  closed: 'This chat is not open.',
  notKept: 'Your browser keeps nothing for this chat: it ends when you leave the page.',
  linkOver: 'This link has ended. What was answered is in your mailbox.',
  end: 'End chat',
  endAsk: 'End this chat? You can write again at any time.',
  endFailed: 'That did not work. Try again.',
  goOn: 'Go on',
  ended: 'You ended this chat. Write to go on.',
  talks: 'Earlier conversations',
  talkBack: 'Back to the newest',
  /** In the console, for whoever put it on the page. */
  notIdentified: (why: string) => `Baton: identify was refused, nothing has changed: ${why}.`,
  notTaken: (why: string) => `Baton: ${why}`,
  noSuchChannel: (channel: string) =>
    `Baton: the channel “${channel}” does not exist or is closed. Compare data-channel with Settings → Channels.`,
  typing: (name: string) => `${name} is typing`,
  emailAsk: 'Where should we send the answer?',
  emailLabel: 'Your email address',
  emailSave: 'Save',
  emailThanks: (email: string) => `Saved. The team can also answer at ${email}.`,
  emailWrong: 'That is not an email address. Check it and save again.',
  emailFailed: 'The address was not saved. Try again.',
};

export function titleOf(conversation: Conversation | null): string {
  if (conversation === null) return words.title;
  const { speakingWith, personName, agentName, agentAnswers, teamName } = conversation;
  if (speakingWith === 'person' && personName) return personName;
  return (speakingWith === 'agent' && agentAnswers && agentName) || teamName || words.title;
}

export function statusLine(
  { conversation, isClosed, isCrowded }: Pick<ChatState, 'conversation' | 'isClosed' | 'isCrowded'>,
  now: number,
): string {
  if (isClosed) return '';
  if (conversation === null) return isCrowded ? '' : words.connecting;
  const { speakingWith, agentName, agentAnswers, teamName, personAsked, somebodyHere } = conversation;
  if (speakingWith === 'person') return `From ${teamName}. You’re talking to a person.`;
  const back = somebodyHere ? null : backLine(conversation, now);
  if (personAsked && !somebodyHere)
    return `Nobody is online now. ${back ? `We’re ${back}` : 'A person answers when the team is back'}.`;
  if (!agentAnswers && !somebodyHere)
    return `Nobody is online now. Write to us: ${back ? `we’re ${back}` : 'a person answers when the team is back'}.`;
  if (speakingWith === 'team' || !agentAnswers) return 'A person will answer you here';
  if (personAsked) return `A person will join you. ${agentName} helps meanwhile.`;
  if (back) return `${agentName} answers at once. We’re ${back}.`;
  return `${agentName} answers at once, ${somebodyHere ? 'a person is a tap away' : 'a person when the team is back'}`;
}

/** [H5] "back Monday at 9:00", by the visitor's own clock. Null while it is open, and where nothing is promised. */
function backLine({ calendar }: Conversation, now: number): string | null {
  const at = !calendar || isOpen(calendar, now) ? null : nextOpening(calendar, now);
  return at === null ? null : `back ${dayAhead(at, now)} at ${clockOf(at)}`;
}

/** A weekday alone only where it cannot be taken for that of this week. */
function dayAhead(at: number, now: number): string {
  const midnight = (instant: number) => new Date(instant).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(at) - midnight(now)) / 86_400_000);
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  return (days < 7 ? weekday : day).format(at);
}

/** Under the header: why it does not go on by itself, or not as was meant. */
export function holdUp({
  isOnline,
  isCrowded,
  isLinkOver,
  isKept,
}: Pick<ChatState, 'isOnline' | 'isCrowded' | 'isLinkOver' | 'isKept'>): string {
  if (!isOnline) return words.offline;
  if (isCrowded) return words.crowded;
  if (isLinkOver) return words.linkOver;
  return isKept ? '' : words.notKept;
}

/** Beside "Talk to a person": what came of it. */
export function askingLine({ asking, conversation }: ChatState): string {
  if (asking === 'busy') return 'Asking…';
  if (asking === 'failed') return 'That did not work. Try again.';
  // The answer may come after the person has, and stands when they have left.
  if (conversation?.speakingWith === 'person' || !conversation?.personAsked) return '';
  if (asking === 'no') return words.asked;
  const { isAgain, place, at } = asking;
  const line = isAgain ? words.inLine : words.asked;
  if (place === null) return line;
  return `${line} ${place === 1 ? 'You are next.' : `You were number ${place} at ${clockOf(at)}.`}`;
}

export function stateLine(state: 'sent' | 'sending' | 'failed', isSeen: boolean, isOnline: boolean): string {
  if (state === 'sending') return isOnline ? 'Sending…' : 'Sent when you’re back';
  return isSeen ? 'Seen' : 'Sent';
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

export const clockOf = (at: number) => clock.format(at);

export function dayOf(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? 'Today' : day.format(at);
}

export const initialOf = (name: string) => [...name.trim()][0]?.toUpperCase() ?? '?';
