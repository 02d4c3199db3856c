import { PNG } from 'pngjs';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

type Colour = readonly [number, number, number];

/** A picture of a page, to ask what can be seen in it. */
export class Picture {
  private readonly png: PNG;

  /** @param content of a PNG file */
  constructor(content: Buffer) {
    this.png = PNG.sync.read(content);
  }

  /** Which pixels of a box stand out from its commonest colour: one character each, a line for each row. */
  ink({ x, y, width, height }: Box, contrast = 3): string {
    const rows = Array.from({ length: height }, (_, row) =>
      Array.from({ length: width }, (_, column) => this.at(x + column, y + row)),
    );
    const background = commonest(rows.flat());
    const isInk = (colour: Colour) => contrastOf(colour, background) >= contrast;
    return rows.map((row) => row.map((colour) => (isInk(colour) ? '#' : ' ')).join('')).join('\n');
  }

  private at(x: number, y: number): Colour {
    const { data, width } = this.png;
    const [red = 0, green = 0, blue = 0] = data.subarray(4 * (y * width + x));
    return [red, green, blue];
  }
}

function commonest(colours: readonly Colour[]): Colour {
  const counts = new Map<string, number>();
  for (const colour of colours) counts.set(colour.join(), (counts.get(colour.join()) ?? 0) + 1);
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  return colours.find((colour) => colour.join() === most?.[0]) ?? [0, 0, 0];
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrastOf(one: Colour, other: Colour): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
