/**
 * The bill of materials of an image, CycloneDX 1.5 as JSON on stdout: sbom.mjs IMAGE PLACE... Debian's packages come from
 * /system/debian.tsv; npm's are those that the source maps below the places name, and those that lie there installed.
 * Without a serial number and a time, which would differ each time.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const [image, ...places] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const { version, license } = read('package.json');

/** Every file at or below a path; links are not followed. */
function* filesBelow(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) yield* filesBelow(inner);
    else if (entry.isFile()) yield inner;
  }
}

/** The directory of the package that an installed file belongs to. */
function packageOf(file) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
}

function packageDirectories(place) {
  const files = [...filesBelow(place)];
  const bundled = files
    .filter((file) => file.endsWith('.map'))
    .flatMap((file) => read(file).sources.map((source) => resolve(dirname(file), source)));
  return [...bundled, ...files].map(packageOf).filter((directory) => directory !== undefined);
}

function npmComponent(directory) {
  const { name, version, license } = read(join(directory, 'package.json'));
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  // Licences that are not of SPDX's list are names, not ids.
  const isId = typeof license === 'string' && /^[\w.+-]+$/.test(license);
  const licenses = typeof license === 'string' ? [{ license: isId ? { id: license } : { name: license } }] : [];
  return { type: 'library', 'bom-ref': purl, name, version, purl, licenses };
}

function debianComponents() {
  return readFileSync('/system/debian.tsv', 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [name, version, architecture] = line.split('\t');
      const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
      return { type: 'library', 'bom-ref': purl, name, version, purl };
    });
}

const directories = places
  .flatMap(packageDirectories)
  .filter((directory) => existsSync(join(directory, 'package.json')));
const npm = [...new Set(directories)].map(npmComponent);
const runtime =
  places.length > 0 && image !== 'web'
    ? [
        {
          type: 'application',
          'bom-ref': 'pkg:generic/node',
          name: 'node',
          version: process.versions.node,
          purl: `pkg:generic/node@${process.versions.node}`,
        },
      ]
    : [];
const components = new Map(
  [...debianComponents(), ...runtime, ...npm].map((component) => [component['bom-ref'], component]),
);

process.stdout.write(
  `${JSON.stringify(
    {
      $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: {
        component: {
          type: 'container',
          'bom-ref': `claude-webui/${image}`,
          name: `claude-webui/${image}`,
          version,
          licenses: [{ license: { id: license } }],
        },
      },
      components: [...components.keys()].sort().map((key) => components.get(key)),
    },
    null,
    1,
  )}\n`,
);
