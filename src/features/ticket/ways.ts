/** By which ways a reply can go, and what is said of each before it is sent (docs/rules.md C6, M6, M9). Pure. */
import type { ReplyWays } from '../../convex/threads';
import type { TicketDetail } from '../../convex/tickets';
import type { OnWhatsapp } from '../../convex/whatsapp';
import { windowClosed } from '../../../convex/shared/whatsapp/window';
import { channelWords } from './channelWords';

type Address = ReplyWays['addresses'][number];
export type Recipient = NonNullable<Address['to']>;

export interface Way {
  id: string;
  /** "Email to jo@customer.example from support@acme.example" */
  label: string;
  /** Why this one, and what follows from it. */
  because: string;
  /** Absent: on the channel the customer wrote on last. */
  byMail?: { channelId: Address['channelId'] };
  isMail: boolean;
  /** [M6] By mail beside another channel: whoever speaks there goes on. */
  isBeside: boolean;
  to: Recipient | null;
  cc: string[];
  /** By an address without a key: nothing leaves the desk. */
  staysHere: boolean;
  /** Why it may not arrive, and what helps. */
  trouble?: string;
  /** Nothing can go by it now; `because` says why. */
  isBlocked?: true;
}

/** What keeps mail from being a way. */
export type NoMail = 'NO_MAIL_CHANNEL' | 'NO_EMAIL_ADDRESS' | 'PAUSED';

type Asked = Pick<TicketDetail, 'customerChannel' | 'customerChannelId' | 'control' | 'agent'>;

/** The customer's own channel first: what is chosen where nothing is. */
export function waysOf(asked: Asked, known: ReplyWays | undefined): [Way, ...Way[]] {
  const addresses = known?.addresses ?? [];
  const isByMail = asked.customerChannel === 'email';
  const home = isByMail
    ? addresses.find(({ channelId }) => channelId === asked.customerChannelId)
    : undefined;
  const others = addresses.filter((address) => address !== home && address.to !== null);
  return [ownWay(asked, home, known), ...others.map((address) => mailWay(asked, address))];
}

/** The one that was chosen, and no other in its place: mail beside a chat takes nothing over, a reply in the chat does. */
export function chosenWay(asked: Asked, known: ReplyWays | undefined, id: string): Way {
  const way = waysOf(asked, known).find((each) => each.id === id);
  if (way) return way;
  const isBeside = asked.customerChannel !== 'email';
  const because = whyBlocked(known, id);
  return {
    id,
    label: 'Email',
    because,
    isMail: true,
    isBeside,
    to: null,
    cc: [],
    staysHere: false,
    isBlocked: true,
  };
}

function whyBlocked(known: ReplyWays | undefined, id: string): string {
  if (known === undefined) return 'Looking up where mail goes…';
  const paused = known.paused.find(({ channelId }) => channelId === id);
  if (paused) return `${paused.address} is paused: open it again, or choose another way.`;
  return 'No mail can go this way any more: choose another way.';
}

function ownWay(
  { customerChannel, customerChannelId }: Asked,
  home: Address | undefined,
  known: ReplyWays | undefined,
): Way {
  const closed =
    customerChannel === 'email' && known?.paused.find(({ channelId }) => channelId === customerChannelId);
  const name = channelWords[customerChannel];
  const hasNoMail = customerChannel === 'web' && known !== undefined && known.email === null;
  return {
    id: 'own',
    label: home ? mailLabel(home) : name.replace(/^./, (first) => first.toUpperCase()),
    because: closed
      ? `${closed.address} is paused: what is sent waits until it is open again.`
      : hasNoMail
        ? 'As the customer last wrote. No email address is known: if they have left, they see it when they come back.'
        : 'As the customer last wrote.',
    isMail: customerChannel === 'email',
    isBeside: false,
    to: home?.to ?? null,
    cc: home?.cc ?? [],
    staysHere: home?.leaves === false,
    ...(customerChannel === 'telegram' && known?.chat.isBlocked && { trouble: blockedWords }),
  };
}

const blockedWords =
  'The customer has blocked the bot: nothing reaches them on Telegram until they write again. Send it by email, if there is an address.';

function mailWay(asked: Asked, address: Address): Way {
  const isBeside = asked.customerChannel !== 'email';
  return {
    id: address.channelId,
    label: mailLabel(address),
    because: isBeside ? besideWords(asked) : 'By another address than the one they wrote to.',
    byMail: { channelId: address.channelId },
    isMail: true,
    isBeside,
    to: address.to,
    cc: address.cc,
    staysHere: !address.leaves,
  };
}

function besideWords({ control, agent, customerChannel }: Asked): string {
  const where = `in the ${channelWords[customerChannel]}`;
  if (control.holder === 'agent')
    return `No takeover: ${agent.name} goes on ${where}, answers what they mail back, too, and knows of this mail.`;
  return `Beside the ${channelWords[customerChannel]}, where they wrote last.`;
}

/** [M7] By WhatsApp: nothing but a template once the 24 hours are over. */
export function whatsappWay(way: Way, { number, trouble }: OnWhatsapp, isClosed: boolean): Way {
  return {
    ...way,
    label: number === '' ? way.label : `WhatsApp from ${number}`,
    ...(trouble !== null && { trouble: `${trouble} What is sent waits until the number is open again.` }),
    ...(isClosed && { isBlocked: true as const, because: windowClosed }),
  };
}

const mailLabel = ({ address, to }: Address) => `Email to ${to?.address ?? 'nobody yet'} from ${address}`;

export function noMailOf(known: ReplyWays | undefined): NoMail | null {
  if (known === undefined) return null;
  if (known.addresses.length === 0) return known.paused.length === 0 ? 'NO_MAIL_CHANNEL' : 'PAUSED';
  return known.addresses.every(({ to }) => to === null) ? 'NO_EMAIL_ADDRESS' : null;
}

/** What is said where every address of the team is paused. */
export function pausedWords(known: ReplyWays | undefined): string {
  const addresses = (known?.paused ?? []).map(({ address }) => address);
  return `${addresses.join(', ')} ${addresses.length === 1 ? 'is' : 'are'} paused: no mail leaves.`;
}

const suppressedWords = {
  bounced: 'Mail to it comes back',
  complained: 'Mail to it was marked as spam',
  blocked: 'This sender is blocked: no mail from it is taken in',
};

const spamWords = 'This sender is marked as spam: what they mail is kept, and starts nothing.';

/** Why the agent answers nothing of what comes in; null: it does. A mail that is not heard keeps nobody from a chat. */
export function unheardOf(
  { customerChannel }: Pick<TicketDetail, 'customerChannel'>,
  email: Recipient | null,
): string | null {
  if (customerChannel !== 'email' || email?.suppressed?.reason !== 'blocked') return null;
  return email.suppressed.isSpam ? 'Its sender is marked as spam' : 'Its sender is blocked';
}

/** Why mail may not arrive there; null: nothing is known. */
export function troubleOf({ unreachable, suppressed }: Recipient): string | null {
  if (suppressed?.isSpam) return spamWords;
  if (suppressed?.reason === 'blocked') return `${suppressedWords.blocked}.`;
  const detail = suppressed?.detail ?? unreachable;
  if (suppressed === null && unreachable === null) return null;
  const what = suppressedWords[suppressed?.reason ?? 'bounced'];
  return detail ? `${what}: ${detail}` : `${what}.`;
}
