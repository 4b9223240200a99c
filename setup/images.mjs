import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { nodeForPgdrill, root, workshop } from './paths.mjs';
import { hasImages } from './ping.mjs';
import { complaint, runProgram } from './program.mjs';
import { say, SetupError } from './say.mjs';

const budgetMs = 1_800_000;
const stampFile = join(workshop, 'images.json');

/** Hash of everything that can change an image or the way it is made; a changed one only means that the images are looked at again. */
function inputsHash() {
  const hash = createHash('sha256');
  const sources = [...filesUnder(join(root, 'images')), ...filesUnder(join(root, 'src', 'runtime')), join(root, 'package-lock.json')];
  for (const file of sources.toSorted((a, b) => (a < b ? -1 : 1))) hash.update(`${relative(root, file)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

/** References by PostgreSQL major, as the last set-up left them; {} when the sources changed since. */
function stamped(inputs) {
  try {
    const stamp = JSON.parse(readFileSync(stampFile, 'utf8'));
    return stamp.inputs === inputs ? stamp.references : {};
  } catch {
    return {};
  }
}

/** The majors whose images are not known to be there. */
export async function missingMajors(address, majors) {
  const references = stamped(inputsHash());
  const there = await Promise.all(majors.map(async (major) => references[major] !== undefined && hasImages(address, references[major])));
  return majors.filter((_, index) => !there[index]);
}

export async function ensureAllImages(address, majors) {
  const inputs = inputsHash();
  for (const major of await missingMajors(address, majors)) {
    const builder = join(root, 'setup', 'build-images.mjs');
    let references = null;
    const onLine = (line) => {
      if (line.startsWith('images: ')) references = JSON.parse(line.slice('images: '.length));
      else if (line.startsWith('note: ')) say(`images: ${line.slice('note: '.length)}`);
    };
    const result = await runProgram(nodeForPgdrill(), [builder, String(major)], { budgetMs, onLine });
    if (result.status !== 0 || references === null) {
      throw new SetupError(`images: ${complaint(result, /^error: |Error: /, budgetMs).replace(/^error: /, '')}`);
    }
    writeStamp({ inputs, references: { ...stamped(inputs), [major]: references } });
  }
}

function writeStamp(stamp) {
  mkdirSync(workshop, { recursive: true });
  const fresh = `${stampFile}.${process.pid}`;
  writeFileSync(fresh, JSON.stringify(stamp));
  renameSync(fresh, stampFile);
}
