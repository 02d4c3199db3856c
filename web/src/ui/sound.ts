/** Hertz and begin in seconds: a question rises, a finished answer is one low tone. */
const TONES = {
  asks: [
    { frequency: 660, at: 0 },
    { frequency: 880, at: 0.14 },
  ],
  done: [{ frequency: 440, at: 0 }],
} as const;
const TONE_SECONDS = 0.22;
const VOLUME = 0.12;

type Sound = keyof typeof TONES;

const GESTURES = ['keydown', 'pointerup'] as const;

let context: AudioContext | null = null;
/** Waits until the browser lets the page play. */
let held: Sound | null = null;

/** Plays a short sound. Browsers play none before the person's first key or click on a page: then it is played with that. */
export function playSound(sound: Sound): void {
  held = sound;
  for (const gesture of GESTURES) window.addEventListener(gesture, playHeld, { capture: true });
  playHeld();
}

function playHeld(): void {
  try {
    context ??= new AudioContext();
    if (context.state === 'running') return play(context);
    // Pending until it is called in a gesture; the next one tries again.
    context.resume().then(playHeld, () => undefined);
  } catch {
    // No sound here; title, icon and list say the same.
    letGo();
  }
}

function play(running: AudioContext): void {
  const tones = held === null ? [] : TONES[held];
  letGo();
  const { destination, currentTime } = running;
  for (const { frequency, at } of tones) {
    const oscillator = new OscillatorNode(running, { type: 'sine', frequency });
    const volume = new GainNode(running, { gain: 0 });
    const start = currentTime + at;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(VOLUME, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + TONE_SECONDS);
    oscillator.connect(volume).connect(destination);
    oscillator.start(start);
    oscillator.stop(start + TONE_SECONDS);
  }
}

function letGo(): void {
  held = null;
  for (const gesture of GESTURES) window.removeEventListener(gesture, playHeld, { capture: true });
}
