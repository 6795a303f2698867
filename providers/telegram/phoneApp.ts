/** Telegram on the demo phone (providers/phone): the chat of one person with the bot. */
import type { PhoneApp, PhoneMessage } from '../phone/app.ts';
import type { Person, StoredMessage } from './bot.ts';
import type { LocalTelegram } from './start.ts';

const phonePerson: Person = {
  id: 100_000_001,
  first_name: 'Jo',
  last_name: 'Park',
  language_code: 'en',
};

export function telegramApp(telegram: LocalTelegram, person: Person = phonePerson): PhoneApp {
  const { people } = telegram;
  let pending: string | undefined;
  const listeners = new Set<() => void>();
  const tellAll = () => listeners.forEach((tell) => tell());
  const hasBegun = () => telegram.chat(person).length > 0;
  const find = (path: string) => telegram.chat(person).find(({ file }) => file?.id === path)?.file;
  let isBlocked = false;
  return {
    id: 'telegram',
    name: 'Telegram',
    view: () => ({
      title: `@${telegram.username}`,
      subtitle: isBlocked ? 'You have blocked this bot' : 'bot',
      begin: isBlocked ? null : pending !== undefined || !hasBegun() ? 'Start' : null,
      isBlocked,
      messages: telegram.chat(person).map((message) => shown(message, telegram.chat(person))),
    }),
    begin: () => {
      const start = pending;
      pending = undefined;
      people.start(person, start);
    },
    write: (text, answers) =>
      void people.write(person, text, answers === undefined ? {} : { repliesTo: Number(answers) }),
    sendFile: (file, caption) =>
      void people.write(person, caption, { file, isPhoto: /^image\/(?:png|jpeg)$/.test(file.type) }),
    edit: (id, text) => people.edit(person, Number(id), text),
    react: (id, emoji) => people.react(person, Number(id), emoji),
    setBlocked: (next) => {
      isBlocked = next;
      people.setBlocked(person, next);
      tellAll();
    },
    file: (path) => {
      const found = find(path);
      return found ? { type: found.type, bytes: new Uint8Array(Buffer.from(found.content, 'base64')) } : null;
    },
    open: (_username, query) => {
      pending = query.get('start') ?? '';
      tellAll();
    },
    onChange: (tell) => {
      listeners.add(tell);
      const end = telegram.onChange(tell);
      return () => {
        listeners.delete(tell);
        end();
      };
    },
  };
}

function shown(message: StoredMessage, all: readonly StoredMessage[]): PhoneMessage {
  const { message_id: id, date, isMine, text, isLine, edit_date, reaction, repliesTo, file } = message;
  const answered = all.find((each) => each.message_id === repliesTo);
  return {
    id: String(id),
    at: date * 1_000,
    // Of the bot: not the person's who holds the phone.
    isMine: !isMine,
    // As its own programs show it: what a link carried is not.
    text: text.startsWith('/start ') ? '/start' : text,
    ...(isLine && { isLine }),
    ...(edit_date !== undefined && { isEdited: true }),
    ...(reaction !== undefined && { reaction }),
    ...(answered && { quoted: answered.text || answered.file?.name || '' }),
    ...(file && { file: { name: file.name, path: file.id, isImage: file.type.startsWith('image/') } }),
  };
}
