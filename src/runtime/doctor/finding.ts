/** One line of `pgdrill doctor`: what was checked, what was found, and what to do about it. */
export interface Finding {
  check: string;
  /** `ok`; `note`: works, with a limit worth knowing; `bad`: drills will not work; `skipped`: could not be asked, `found` says why. */
  status: 'ok' | 'note' | 'bad' | 'skipped';
  found: string;
  /** What to do, where there is something to do. */
  fix?: string;
}

const gib = 1024 ** 3;

/** `12.3 GiB` */
export function gibText(bytes: number): string {
  return `${(bytes / gib).toFixed(1)} GiB`;
}

/** Judges a free amount against what a drill needs at least (below it nothing works) and comfortably. */
export function roomFinding(check: string, freeBytes: number, needs: { leastGib: number; comfortGib: number }, fix: string): Finding {
  const found = `${gibText(freeBytes)} free`;
  if (freeBytes < needs.leastGib * gib) return { check, status: 'bad', found: `${found}; a drill needs ${needs.leastGib} GiB`, fix };
  if (freeBytes < needs.comfortGib * gib) return { check, status: 'note', found: `${found}; little`, fix };
  return { check, status: 'ok', found };
}

/** Space for a run folder, and in the engine for images (1.5 GiB) and the data directories of one drill. */
export const diskNeeds = { leastGib: 2, comfortGib: 6 };
