import { controlCharacter } from './key-action';
import { isCharacter } from './key-stroke';

export type Modifier = 'control' | 'alt';
/** Whether each is held for the next key. */
export type HeldModifiers = Readonly<Record<Modifier, boolean>>;

const NONE: HeldModifiers = { control: false, alt: false };

/** Modifiers that are tapped, not held: they are for the next key, and for that only. */
export class StickyModifiers {
  private held = NONE;

  constructor(private readonly changed: (held: HeldModifiers) => void) {}

  get current(): HeldModifiers {
    return this.held;
  }

  get any(): boolean {
    return this.held.control || this.held.alt;
  }

  toggle(modifier: Modifier): void {
    this.set({ ...this.held, [modifier]: !this.held[modifier] });
  }

  /** They have been used. */
  release(): HeldModifiers {
    const { held } = this;
    if (this.any) this.set(NONE);
    return held;
  }

  /** What is sent for a key. What is longer than a character is a report of the terminal and uses up nothing; pastes release them first. */
  apply(text: string): string {
    if (!this.any || !isCharacter(text)) return text;
    const { control, alt } = this.release();
    const key = control ? (controlCharacter(text) ?? text) : text;
    return alt ? `\x1b${key}` : key;
  }

  private set(held: HeldModifiers): void {
    this.held = held;
    this.changed(held);
  }
}
