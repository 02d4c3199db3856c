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

let context: AudioContext | null = null;

/** Plays a short sound, if the browser lets the page: some wait for the person's first key or click. */
export function playSound(sound: keyof typeof TONES): void {
  try {
    context ??= new AudioContext();
    const { destination, currentTime } = context;
    for (const { frequency, at } of TONES[sound]) {
      const oscillator = new OscillatorNode(context, { type: 'sine', frequency });
      const volume = new GainNode(context, { gain: 0 });
      const start = currentTime + at;
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(VOLUME, start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + TONE_SECONDS);
      oscillator.connect(volume).connect(destination);
      oscillator.start(start);
      oscillator.stop(start + TONE_SECONDS);
    }
  } catch {
    // No sound here; title, icon and list say the same.
  }
}
