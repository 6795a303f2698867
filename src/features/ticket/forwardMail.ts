import { createContext, type Dispatch } from 'react';
import type { Entry } from '../../convex/threads';

/** What is to be passed on: one mail, or the whole conversation. */
export type Forwarded = Entry | 'conversation';

/** Asks to whom a mail is passed on; null: nothing is, where it is only read. */
export const ForwardMail = createContext<Dispatch<Entry> | null>(null);
