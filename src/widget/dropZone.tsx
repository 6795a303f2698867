/** @jsxImportSource preact */
/** Files let go anywhere on the chat go with the message; what may go is said while they are held over it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { watchDrops } from '../lib/fileDrops';
import { limitsLine } from './files';
import { say } from './speech';
import './styles/drop.css';

export function DropZone({ onDrop }: { onDrop: (files: File[], folders: string[]) => void }) {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onDrop);
  latest.current = onDrop;
  useEffect(
    () => watchDrops({ onOver: setOver, onDrop: (files, folders) => latest.current(files, folders) }),
    [],
  );
  if (!isOver) return null;
  return (
    <p class="drop">
      <b>{say('dropHere')}</b>
      {limitsLine()}
    </p>
  );
}
