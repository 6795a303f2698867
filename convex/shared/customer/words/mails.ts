/** What is mailed to a customer, apart from what their chat says: no page takes it along. */
import type { Language } from './catalogue';

const en = {
  subject: 'Your conversation with {team}',
  intro: 'This is what was said in your chat with {team}, as you asked. Times are {zone}.',
  cut: 'What was said before is left out here. The chat still has it.',
  file: 'File: {file}',
  confirm: 'Somebody who chats with {team} gave this address to have the conversation sent here.',
  open: 'Open the conversation',
  notYou: 'Was it not you? Then forget this mail: nothing else is sent here.',
};

const de: typeof en = {
  subject: 'Ihr Gespräch mit {team}',
  intro: 'Das wurde in Ihrem Chat mit {team} gesagt, wie Sie es gewünscht haben. Zeiten in {zone}.',
  cut: 'Was vorher gesagt wurde, fehlt hier. Im Chat steht es noch.',
  file: 'Datei: {file}',
  confirm:
    'Jemand, der mit {team} chattet, hat diese Adresse angegeben, um sich das Gespräch schicken zu lassen.',
  open: 'Gespräch öffnen',
  notYou: 'Waren Sie das nicht? Dann vergessen Sie diese E-Mail: Sonst kommt hier nichts an.',
};

export const transcriptWords: Record<Language, typeof en> = { en, de };
