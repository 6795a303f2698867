/** WhatsApp on the demo phone (providers/phone): the chat of one person with the business. */
import type { PhoneApp, PhoneMessage as Shown } from '../phone/app.ts';
import type { PhoneMessage } from './people.ts';
import type { LocalWhatsapp } from './start.ts';

const demoPhone = '4915112345678';

export function whatsappApp(whatsapp: LocalWhatsapp, phone = demoPhone): PhoneApp {
  whatsapp.person(phone, { name: 'Jo Park' });
  const thread = () => whatsapp.thread(phone);
  return {
    id: 'whatsapp',
    name: 'WhatsApp',
    view: () => {
      // Whoever has it before them reads what has come.
      whatsapp.read(phone);
      return {
        title: 'Acme',
        subtitle: `+${whatsapp.displayNumber}`,
        begin: null,
        isBlocked: false,
        hasMarks: true,
        messages: thread().map((message) => shown(message, thread())),
      };
    },
    begin: () => {},
    write: (text, answers) =>
      void whatsapp.write(phone, { text, ...(answers !== undefined && { replyTo: answers }) }),
    sendFile: ({ name, type, bytes }, text) =>
      void whatsapp.write(phone, {
        text,
        file: { name, contentType: type || 'application/octet-stream', content: Buffer.from(bytes) },
      }),
    edit: (id, text) => whatsapp.edit(phone, id, text),
    react: (id, emoji) => whatsapp.react(phone, id, emoji),
    // Nobody tells a business that it is blocked: what is sent is never delivered.
    setBlocked: (isBlocked) => void whatsapp.person(phone, { fate: isBlocked ? 'undelivered' : 'read' }),
    file: (path) => {
      const file = thread().find(({ id }) => fileName(id) === path)?.file;
      return file ? { type: file.contentType, bytes: new Uint8Array(file.content) } : null;
    },
    open: () => {},
    onChange: (tell) => whatsapp.onChange(tell),
  };
}

/** Ids have slashes in them. */
const fileName = (id: string): string => Buffer.from(id).toString('base64url');

function shown(message: PhoneMessage, all: readonly PhoneMessage[]): Shown {
  const { id, at, by, text, file, replyTo, isEdited, isRevoked, reactions } = message;
  const answered = all.find((each) => each.id === replyTo);
  const [reaction] = reactions;
  return {
    id,
    at,
    isMine: by === 'person',
    text: isRevoked ? 'This message was deleted.' : text,
    ...(isEdited && { isEdited }),
    ...(reaction && { reaction: reaction.emoji }),
    ...(answered && { quoted: answered.text || answered.file?.name || '' }),
    ...(file &&
      !isRevoked && {
        file: { name: file.name, path: fileName(id), isImage: file.contentType.startsWith('image/') },
      }),
  };
}
