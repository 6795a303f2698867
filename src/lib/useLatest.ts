import { useState } from 'react';

/** The newest value that has arrived: while the next one loads, the last stays, so no pane ever blanks. */
export function useLatest<T>(value: T | undefined): T | undefined {
  const [latest, setLatest] = useState(value);
  if (value !== undefined && value !== latest) setLatest(value);
  return value ?? latest;
}
