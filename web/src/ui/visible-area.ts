import './visible-area.css';

/** What of the page can be seen, in CSS pixels; null while nothing covers it. */
export interface VisibleArea {
  height: number;
  top: number;
}

/**
 * The part of the page that an on-screen keyboard leaves. Browsers lay the page out as if there was no keyboard, and tell only by the
 * visual viewport; iOS moves that down the page too. Zooming with two fingers makes it smaller as well, and must move nothing.
 */
export function visibleArea(
  viewport: { height: number; offsetTop: number; scale: number },
  pageHeight: number,
): VisibleArea | null {
  const height = Math.round(viewport.height * viewport.scale);
  if (pageHeight - height <= SLACK_PIXELS) return null;
  return { height, top: isZoomed(viewport) ? 0 : Math.round(viewport.offsetTop) };
}

const isZoomed = ({ scale }: { scale: number }) => scale > 1.01;
/** Roundings, and bars of browsers that come and go. */
const SLACK_PIXELS = 4;

/** Keeps the page within what can be seen of it (visible-area.css). For as long as the page lives. */
export function followVisibleArea(window: Window): void {
  const { visualViewport } = window;
  if (visualViewport === null) return;
  const { style } = window.document.documentElement;
  const follow = () => {
    const area = visibleArea(visualViewport, window.document.documentElement.clientHeight);
    style.setProperty('--visible-height', area === null ? '100%' : `${area.height}px`);
    style.setProperty('--visible-top', `${area?.top ?? 0}px`);
  };
  visualViewport.addEventListener('resize', follow);
  visualViewport.addEventListener('scroll', follow);
}
