/** Drawn here, for fonts differ in which of such signs they have. */
const PATHS = {
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  close: 'm4.5 4.5 7 7m0-7-7 7',
  rename: 'm10.6 3.2 2.2 2.2-7 7-2.9.7.7-2.9z',
  share: 'M6.5 9.5 13 3m0 0H8.5M13 3v4.5M7 4H3.5v8.5H12V9',
  end: 'M8 2.5V8m3.5-3.6a5 5 0 1 1-7 0',
  chevron: 'm6 3.5 4.5 4.5L6 12.5',
  file: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  link: 'M6.5 9.5 13 3m0 0H8.5M13 3v4.5',
  files: 'M2.5 12.5v-9h4l1.5 2h5.5v7z',
} as const;

/** What it means is in the label of the button that it is in. */
export const Icon = ({ name }: { name: keyof typeof PATHS }) => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);
