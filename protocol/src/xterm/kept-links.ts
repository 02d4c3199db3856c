import type { XtermCore, XtermLink } from './internals';

/** Links that may be in nobody's use are looked through when there are so many, and so many again. */
const SPARE_LINKS = 1000;

/**
 * A link's target is forgotten when the last line has gone on which a piece of it was written: though scrolling in margins
 * has moved it to another line, or nothing of it is written yet; and not before, though all of it is overwritten, so that a line
 * with ever new links fills the memory. Here it is known as long as a cell or the cursor refers to it, and some time longer. And
 * of a link that goes over thousands of lines not each is looked at for each character.
 */
export function keepLinks(core: XtermCore): void {
  const links = core._oscLinkService;
  const known = links._dataByLinkId;
  let tooMany = SPARE_LINKS;
  const add = links.addLineToLink.bind(links);
  links.addLineToLink = (link, y) => {
    if (known.get(link)?.lines.at(-1)?.line !== y) add(link, y);
  };
  const forgetLine = links._removeMarkerFromLink.bind(links);
  links._removeMarkerFromLink = (entry, marker) => {
    if (entry.lines.length > 1 || entry.lines[0] !== marker) forgetLine(entry, marker);
    else entry.lines = [];
  };
  const register = links.registerLink.bind(links);
  links.registerLink = (data) => {
    const added = register(data);
    if (known.size < tooMany) return added;
    const used = linksInUse(core).add(added);
    for (const entry of [...known.values()]) if (!used.has(entry.id)) forget(core, entry);
    tooMany = 2 * known.size + SPARE_LINKS;
    return added;
  };
}

function forget(core: XtermCore, entry: XtermLink): void {
  for (const marker of [...entry.lines]) marker.dispose();
  const { _dataByLinkId, _entriesWithId } = core._oscLinkService;
  _dataByLinkId.delete(entry.id);
  if (entry.key !== undefined) _entriesWithId.delete(entry.key);
}

function linksInUse(core: XtermCore): Set<number> {
  const used = new Set([core._inputHandler._curAttrData.extended._urlId]);
  const { normal, alt } = core._bufferService.buffers;
  for (const { lines } of [normal, alt])
    for (let index = 0; index < lines.length; index += 1)
      for (const extended of Object.values(lines.get(index)?._extendedAttrs ?? {})) used.add(extended?._urlId ?? 0);
  return used;
}
