/** The people on the other side of a bot: what they do in their private chat with it becomes updates. */
import { asMessage, type Chat, chatWith, type Person, type StoredMessage } from './bot.ts';
import type { World } from './methods.ts';

export interface SentFile {
  name: string;
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export class People {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Telegram knows them, and the bot has never been written to. */
  know(person: Person): void {
    chatWith(this.#world.state, person);
  }

  /** Start, by hand or with what a link carries; whoever had blocked the bot unblocks it so. */
  start(person: Person, payload?: string): number {
    const chat = chatWith(this.#world.state, person);
    if (chat.isBlocked) this.setBlocked(person, false);
    chat.isStarted = true;
    const carried = payload ?? chat.pendingStart;
    delete chat.pendingStart;
    return this.write(person, carried ? `/start ${carried}` : '/start');
  }

  write(
    person: Person,
    text: string,
    more: { repliesTo?: number; topic?: number; file?: SentFile; isPhoto?: boolean } = {},
  ): number {
    const { state, now, nextFile } = this.#world;
    const chat = chatWith(state, person);
    chat.isStarted = true;
    const { file, ...how } = more;
    const message: StoredMessage = {
      message_id: ++chat.lastId,
      date: Math.floor(now() / 1_000),
      isMine: false,
      text,
      ...how,
      ...(file && {
        file: {
          id: nextFile(),
          name: file.name,
          type: file.type,
          size: file.bytes.length,
          content: Buffer.from(file.bytes).toString('base64'),
        },
      }),
    };
    chat.messages.push(message);
    this.#tell('message', chat, message);
    return message.message_id;
  }

  edit(person: Person, messageId: number, text: string): void {
    const chat = chatWith(this.#world.state, person);
    const message = chat.messages.find((each) => each.message_id === messageId && !each.isMine);
    if (!message) return;
    message.text = text;
    message.edit_date = Math.floor(this.#world.now() / 1_000);
    this.#tell('edited_message', chat, message);
  }

  react(person: Person, messageId: number, emoji: string): void {
    const { state, updates, now, changed } = this.#world;
    const chat = chatWith(state, person);
    const message = chat.messages.find((each) => each.message_id === messageId);
    if (!message) return;
    const asReaction = (each: string | undefined) => (each ? [{ type: 'emoji', emoji: each }] : []);
    const old_reaction = asReaction(message.reaction);
    if (message.reaction === emoji) delete message.reaction;
    else message.reaction = emoji;
    updates.add('message_reaction', {
      chat: { id: person.id, type: 'private' },
      message_id: messageId,
      user: { is_bot: false, ...person },
      date: Math.floor(now() / 1_000),
      old_reaction,
      new_reaction: asReaction(message.reaction),
    });
    changed();
  }

  /** They have deleted a topic of theirs. */
  removeTopic(person: Person, topic: number): void {
    for (const message of chatWith(this.#world.state, person).messages)
      if (message.topic === topic) delete message.topic;
  }

  setBlocked(person: Person, isBlocked: boolean): void {
    const { state, updates, now, changed } = this.#world;
    const chat = chatWith(state, person);
    if (chat.isBlocked === isBlocked) return;
    chat.isBlocked = isBlocked;
    const { bot } = state;
    const member = (blocked: boolean) => ({
      user: { id: bot.id, is_bot: true, first_name: bot.name, username: bot.username },
      status: blocked ? 'kicked' : 'member',
    });
    updates.add('my_chat_member', {
      chat: { id: person.id, first_name: person.first_name, type: 'private' },
      from: { is_bot: false, ...person },
      date: Math.floor(now() / 1_000),
      old_chat_member: member(!isBlocked),
      new_chat_member: member(isBlocked),
    });
    changed();
  }

  setDeactivated(person: Person): void {
    chatWith(this.#world.state, person).isDeactivated = true;
  }

  /** An update as it is given, such as one of a kind that is none of the above. */
  tell(kind: string, payload: object): void {
    this.#world.updates.add(kind, payload);
  }

  #tell(kind: string, chat: Chat, message: StoredMessage): void {
    const { state, updates, changed } = this.#world;
    updates.add(kind, asMessage(state, chat, message));
    changed();
  }
}
