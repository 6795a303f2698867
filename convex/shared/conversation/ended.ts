/** Whether the customer has ended the chat (docs/rules.md M8). Pure. */
interface Head {
  lastCustomerSequence?: number | undefined;
  endedSequence?: number | undefined;
}

/** Until they write again. */
export function isChatEnded({ endedSequence, lastCustomerSequence = 0 }: Head): boolean {
  return endedSequence !== undefined && lastCustomerSequence < endedSequence;
}
