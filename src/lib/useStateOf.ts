import { useState } from 'react';

/** State of one thing: for another `key` it begins anew, and what is set for one that was left changes nothing. */
export function useStateOf<Value>(key: string, initial: Value): [Value, (next: Value) => void] {
  const [state, setState] = useState({ key, value: initial });
  return [state.key === key ? state.value : initial, (value) => setState({ key, value })];
}
