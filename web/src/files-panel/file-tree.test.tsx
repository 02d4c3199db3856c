import { renderToStaticMarkup } from 'react-dom/server';
import { FileTree } from './file-tree';

test('a name that would read as another is shown with what it hides, isolated from what stands beside it', () => {
  const row = {
    path: 'cv\u202efdp.exe',
    name: 'cv\u202efdp.exe',
    kind: 'file',
    size: 1,
    level: 1,
    isOpen: null,
    position: 1,
    siblings: 1,
  } as const;
  const nothing = () => undefined;
  const html = renderToStaticMarkup(
    <FileTree rows={[row]} selected="" target={null} onAction={nothing} onDragOver={nothing} onDrop={nothing} />,
  );
  expect(html).toContain('<bdi>cv[U+202E]fdp.exe</bdi>');
  expect(html).not.toContain('\u202e');
});
