import { Fragment } from 'react';
import { linkify } from '../../convex/shared/kit/links';

/**
 * What others wrote, as they wrote it: in its own direction, broken wherever it must be to fit, with its web addresses as
 * links. The element around it has `dir="auto"` and `wrap-anywhere`.
 */
export function OthersText({ text }: { text: string }) {
  return linkify(text).map((piece, index) =>
    piece.href === undefined ? (
      <Fragment key={index}>{piece.text}</Fragment>
    ) : (
      <a
        key={index}
        href={piece.href}
        target="_blank"
        rel="noopener noreferrer nofollow"
        className="underline"
      >
        {piece.text}
      </a>
    ),
  );
}
