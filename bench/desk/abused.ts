/** The edges of a desk that the bench abuses (abuser.ts), and what it needs to know of the desk. */
export interface Target {
  url: string;
  siteUrl: string;
  /** Of an operator. */
  token: string;
  teamId: string;
  agentKey: string;
  conversationIds: string[];
}

export const edgeNames = [
  'a query',
  "a stranger's body of structure",
  'a body of the signed in, all text',
  'a body of the signed in, all text, at the limit',
  'a body of the signed in, all structure',
  'a body that is too large',
  'a batch',
  'a long URL',
  'a mutation that is refused',
  'a mutation of the signed in',
  'a sign-in',
  'half bodies',
  'connections',
  'subscriptions that leave',
  'frames of a stranger',
  'frames of the signed in',
  'frames of the signed in, at the limit',
  'the API with a key',
  'the API without a key',
  'the API, large bodies',
  'chats that are opened',
  'tokens of chats',
  'uploads that nobody allowed',
  'an echo',
  'pages',
] as const;
export type EdgeName = (typeof edgeNames)[number];
