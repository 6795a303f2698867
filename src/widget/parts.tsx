/** @jsxImportSource preact */
/** Small drawn parts: avatars and icons. */
import { initialOf } from './words';

const paths = {
  close: 'M6 6l12 12M18 6 6 18',
  send: 'M12 19V5M6 11l6-6 6 6',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20a7.5 7.5 0 0 1 15 0',
  spark: 'M12 4l1.8 5.2L19 11l-5.2 1.8L12 18l-1.8-5.2L5 11l5.2-1.8z',
  down: 'M6 10l6 6 6-6',
  mail: 'M4 6h16v12H4zM4 7l8 6 8-6',
  clip: 'M19 11l-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4L13 4.2a3 3 0 0 1 4.3 4.3l-7.8 7.8a1.5 1.5 0 0 1-2.1-2.1L14 7.6',
  file: 'M7 3h7l4 4v14H7zM14 3v4h4',
};

export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** A machine shows the spark, a person the initial: never colour alone. */
export function Avatar({ kind, name }: { kind: 'agent' | 'person'; name: string }) {
  return (
    <span class={`avatar ${kind}`} aria-hidden="true">
      {kind === 'agent' ? <Icon name="spark" /> : initialOf(name)}
    </span>
  );
}
