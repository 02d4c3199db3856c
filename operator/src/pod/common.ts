import type { Placement } from './placement';

/** Labels and annotations of an object: its own, and the installation's, which replace none of those. */
export function common(
  { labels, annotations }: Placement,
  ownLabels: Record<string, string>,
  ownAnnotations: Record<string, string> = {},
): { labels: Record<string, string>; annotations?: Record<string, string> } {
  const all = { ...annotations, ...ownAnnotations };
  return {
    labels: { ...labels, ...ownLabels },
    ...(Object.keys(all).length === 0 ? {} : { annotations: all }),
  };
}
