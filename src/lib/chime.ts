/** Two soft tones, made here: nothing is fetched. A page that nobody has pressed anything on may make none. */
let context: AudioContext | undefined;

const tones = [
  { hertz: 660, atS: 0 },
  { hertz: 880, atS: 0.13 },
];
const toneS = 0.32;
const volume = 0.12;

/** False where the browser lets no sound out. */
export async function chime(): Promise<boolean> {
  try {
    context ??= new AudioContext();
    // Refused, it neither resolves nor fails.
    if (context.state !== 'running') void context.resume();
    for (const { hertz, atS } of tones) play(context, hertz, context.currentTime + atS);
    await new Promise((done) => setTimeout(done, 100));
    return context.state === 'running';
  } catch {
    return false;
  }
}

function play(on: AudioContext, hertz: number, at: number) {
  const tone = on.createOscillator();
  const loudness = on.createGain();
  tone.frequency.value = hertz;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(volume, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + toneS);
  tone.connect(loudness).connect(on.destination);
  tone.start(at);
  tone.stop(at + toneS);
}
