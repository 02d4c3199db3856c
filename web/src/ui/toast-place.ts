/** Where toasts may lie while a terminal is in view. In CSS pixels of the window. */
export interface ToastPlace {
  /** The edge of the window that they are counted from. */
  from: 'top' | 'bottom';
  distance: number;
  height: number;
}

let giver: object | null = null;

/** Gives toasts their place, or takes back what the same giver gave: then they are in the corner of the window again (style.css). */
export function placeToasts(by: object, place: ToastPlace | null): void {
  if (place === null && giver !== by) return;
  giver = place === null ? null : by;
  const { style } = document.documentElement;
  const properties =
    place === null
      ? { top: '', bottom: '', height: '' }
      : { top: 'auto', bottom: 'auto', [place.from]: `${place.distance}px`, height: `${place.height}px` };
  for (const [name, value] of Object.entries(properties)) style.setProperty(`--toasts-${name}`, value);
}
