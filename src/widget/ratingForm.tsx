/** @jsxImportSource preact */
/** Five faces and, if they like, a word. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { maxCommentLength, scores } from '../../convex/shared/customer/ratings';
import { say } from './speech';
import './styles/rating.css';

interface FormProps {
  name: string;
  onSend: (score: number, comment: string) => Promise<void>;
  onSkip: () => void;
}

const nearEndPx = 60;
const scoreWords = ['score1', 'score2', 'score3', 'score4', 'score5'] as const;

export function RatingForm({ name, onSend, onSkip }: FormProps) {
  const [score, setScore] = useState<number | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const box = useRef<HTMLFormElement>(null);
  // It is fetched after the last line stood there: whoever read that sees it, and nobody who reads above is moved.
  useLayoutEffect(() => {
    const [asked, thread] = [box.current!, box.current!.closest('.scroll')!];
    const below = thread.scrollHeight - thread.scrollTop - thread.clientHeight;
    if (below < asked.offsetHeight + nearEndPx) thread.scrollTop = thread.scrollHeight;
  }, []);
  // It has grown: what sends it comes into view.
  useEffect(() => {
    if (score !== null) box.current!.scrollIntoView({ block: 'nearest' });
  }, [score]);
  const send = async (form: HTMLFormElement) => {
    setBusy(true);
    try {
      await onSend(score!, String(new FormData(form).get('comment') ?? ''));
    } catch {
      setFailed(true);
      setBusy(false);
    }
  };
  return (
    <form
      ref={box}
      class="rating"
      onSubmit={(event) => {
        event.preventDefault();
        if (score !== null && !isBusy) void send(event.currentTarget);
      }}
    >
      <fieldset>
        <legend>{say('ratingAsk', { name })}</legend>
        {scores.map((each) => (
          <label key={each} title={say(scoreWords[each - 1]!)}>
            <input type="radio" name="score" value={each} onChange={() => setScore(each)} />
            <Face score={each} />
            <span class="unseen">{say(scoreWords[each - 1]!)}</span>
          </label>
        ))}
      </fieldset>
      {score !== null && (
        <textarea
          name="comment"
          rows={2}
          maxLength={maxCommentLength}
          aria-label={say('ratingComment')}
          placeholder={say('ratingComment')}
        />
      )}
      <div>
        <button type="button" class="link" onClick={onSkip}>
          {say('ratingSkip')}
        </button>
        <button type="submit" class="filled" disabled={score === null || isBusy}>
          {say('ratingSend')}
        </button>
      </div>
      <p class="byline bad" role="alert">
        {hasFailed && say('ratingFailed')}
      </p>
    </form>
  );
}

/** How far its mouth is drawn, down or up. */
const mouths = ['10.5', '13', '16', '18.5', '21.5'];

function Face({ score }: { score: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path
        d={`M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19ZM9 9v.01M15 9v.01M8 16Q12 ${mouths[score - 1]} 16 16`}
      />
    </svg>
  );
}
