import type { Plugin } from 'vite';

/**
 * Text has the minimum contrast when it is dim or inverse too, and when a program has changed colours. No option of xterm.js 6.0.0
 * reaches that:
 * - It asks half of it for dim text, and looks at the colour before it is dimmed, so that any colour can end up below it
 *   (xtermjs/xterm.js#4262, #4672).
 * - With elements it takes the wrong colour for inverse text (#3846).
 * - By WebGL it keeps what it has found for "colour 4 on the background", though programs change both (OSC 4, 10, 11), and lets the
 *   other terminals of the page use that. Nothing has to be kept, for each glyph is painted once for all its places.
 * - With elements it does not look at the text under a block cursor, which has the theme's colour for that, nor at the same text while
 *   the cursor is not there as it blinks, which has the cursor's colour: programs choose that (OSC 12).
 *
 * So what is bundled is changed, each place exactly once, or the build fails: then see whether the new version still needs it
 * (`e2e/scenarios/contrast.test.ts`).
 */
interface Change {
  /** End of the module's path. */
  module: string;
  what: string;
  from: RegExp;
  to: string;
}

const CHANGES: readonly Change[] = [
  {
    module: '@xterm/addon-webgl/lib/addon-webgl.mjs',
    what: 'dim text, by WebGL',
    from: /ensureContrastRatio\((\w+),(\w+),this\._config\.minimumContrastRatio\/\((\w+)\?2:1\)\)/g,
    to: 'ensureContrastRatio($1,$3?halfway($1,$2):$2,this._config.minimumContrastRatio)',
  },
  {
    module: '@xterm/addon-webgl/lib/addon-webgl.mjs',
    what: 'changed colours, by WebGL',
    from: /_getContrastCache\(\w+\)\{return \w+\?this\._config\.colors\.halfContrastCache:this\._config\.colors\.contrastCache\}/g,
    to: '_getContrastCache(){return{getColor(){},setColor(){}}}',
  },
  {
    module: '@xterm/xterm/lib/xterm.mjs',
    what: 'dim text, with elements',
    from: /minimumContrastRatio\/\((\w+)\.isDim\(\)\?2:1\);(\w+)=(\w+)\.ensureContrastRatio\((\w+\|\|\w+),(\w+\|\|\w+),(\w+)\)/g,
    to: 'minimumContrastRatio;$2=$3.ensureContrastRatio($4,$1.isDim()?{rgba:halfway(($4).rgba,($5).rgba)}:$5,$6)',
  },
  {
    module: '@xterm/xterm/lib/xterm.mjs',
    what: 'the background of dim text, with elements',
    from: /switch\((\w+)\|\|\w+\.isDim\(\)&&\(\1=\w+\.multiplyOpacity\(\w+,\.5\)\),(\w+)\)/g,
    to: 'switch($2)',
  },
  {
    module: '@xterm/xterm/lib/xterm.mjs',
    what: 'inverse text, with elements',
    from: /(_applyMinimumContrast\(\w+,\w+,)(\w+)\.foreground(,\w+,\w+,\w+\)\|\|)(\w+)&&/g,
    to: '$1($4?$2.background:$2.foreground)$3$4&&',
  },
  {
    module: '@xterm/xterm/lib/xterm.mjs',
    what: 'text under a block cursor, with elements',
    from: /_injectCss\((\w+)\)\{([\s\S]{1,2000}?)(\w+)\.multiplyOpacity\(/g,
    to: [
      '_injectCss($1){const readable=(behind,text)=>',
      '$3.ensureContrastRatio(behind,text,this._optionsService.rawOptions.minimumContrastRatio)??text;',
      '$1={...$1,cursorAccent:readable($1.cursor,$1.cursorAccent)};$2$3.multiplyOpacity(',
    ].join(''),
  },
  {
    module: '@xterm/xterm/lib/xterm.mjs',
    what: 'that text while the cursor blinks, with elements',
    from: /(50% \{ {2}background-color: inherit; {2}color: \$\{)(\w+)\.cursor\.css/g,
    to: '$1readable($2.background,$2.cursor).css',
  },
];

/** The colour between two, as 0xRRGGBBAA: what dim text is on its background. */
const HALFWAY = 'const halfway=(a,b)=>[24,16,8].reduce((c,s)=>c+((((a>>>s)&255)+((b>>>s)&255))>>1)*2**s,255);';

export function xtermContrast(): Plugin {
  return {
    name: 'xterm-contrast',
    transform(code, id) {
      const changes = CHANGES.filter(({ module }) => id.endsWith(module));
      if (changes.length === 0) return null;
      let changed = code;
      for (const { what, from, to } of changes) {
        const places = [...changed.matchAll(from)].length;
        if (places !== 1) this.error(`xterm.js is not as web/xterm-contrast.ts expects: ${what}, ${places} places`);
        changed = changed.replace(from, to);
      }
      return { code: HALFWAY + changed, map: null };
    },
  };
}
