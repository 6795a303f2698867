/** What an app on the demo phone is to the phone: one chat with the business, as the person who holds it sees it. */
export interface PhoneMessage {
  id: string;
  at: number;
  isMine: boolean;
  text: string;
  /** A fixed line, set apart from what people say. */
  isLine?: boolean;
  isEdited?: boolean;
  reaction?: string;
  /** What it answers. */
  quoted?: string;
  file?: { name: string; path: string; isImage: boolean };
}

interface PhoneView {
  /** With whom. */
  title: string;
  /** Below it: what it is. */
  subtitle: string;
  /** Instead of the line to write in: the chat has to be begun first, or begun again. */
  begin: string | null;
  isBlocked: boolean;
  /** `*bold*`, `_italic_` and `~gone~` are shown as that. */
  hasMarks?: boolean;
  messages: PhoneMessage[];
}

export interface PhoneApp {
  /** In addresses: `telegram`. */
  id: string;
  name: string;
  view(): PhoneView;
  begin(): void;
  /** `answers`: the id of the message it answers. */
  write(text: string, answers?: string): void;
  sendFile(file: { name: string; type: string; bytes: Uint8Array<ArrayBuffer> }, caption: string): void;
  edit(id: string, text: string): void;
  react(id: string, emoji: string): void;
  setBlocked(isBlocked: boolean): void;
  file(path: string): { type: string; bytes: Uint8Array<ArrayBuffer> } | null;
  /** A link that opens the app: what follows its name. */
  open(path: string, query: URLSearchParams): void;
  /** Something on it has changed. Returns how to end that. */
  onChange(tell: () => void): () => void;
}
