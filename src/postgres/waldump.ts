import { formatLsn, parseLsn } from '../base/lsn.ts';
import type { Divergence } from '../history/final-state.ts';

/** How WAL is laid out on disk; as pg_controldata states it. */
export interface WalLayout {
  blockBytes: bigint;
  segmentBytes: bigint;
}

const alignBytes = 8n;
/** Bytes of the header of a page of WAL, and of the longer one that opens a segment (access/xlog_internal.h). */
const pageHeaderBytes = 24n;
const segmentHeaderBytes = 40n;

/** Where a record of `length` bytes that starts at `start` ends: it continues on further pages, each with its header. */
export function recordEnd(start: bigint, length: bigint, layout: WalLayout): bigint {
  let position = start;
  let left = length;
  for (;;) {
    const pageEnd = (position / layout.blockBytes + 1n) * layout.blockBytes;
    if (left <= pageEnd - position) {
      const end = position + left;
      return ((end + alignBytes - 1n) / alignBytes) * alignBytes;
    }
    left -= pageEnd - position;
    position = pageEnd + (pageEnd % layout.segmentBytes === 0n ? segmentHeaderBytes : pageHeaderBytes);
  }
}

const recordPattern = /^rmgr: (\S+)\s+len \(rec\/tot\):\s*\d+\/\s*(\d+), tx:\s*(\d+), lsn: ([0-9A-F]+\/[0-9A-F]+), prev \S+, desc: (.*)$/i;
const commitPattern = /^COMMIT(?:_PREPARED (\d+):)? (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) UTC/;

/** Where the record of one line of pg_waldump ends; null when the line is not a record. */
export function endOfRecordLine(line: string, layout: WalLayout): string | null {
  const match = recordPattern.exec(line);
  if (match === null) return null;
  return formatLsn(recordEnd(parseLsn(match[4] ?? ''), BigInt(match[2] ?? 0), layout));
}

/** The commits in the output of pg_waldump (run with TZ=UTC): transaction id, end of the record, time of the commit. */
export function parseCommits(output: string, layout: WalLayout): Divergence['commits'] {
  const commits: Divergence['commits'] = [];
  for (const line of output.split('\n')) {
    const record = recordPattern.exec(line);
    const commit = record?.[1] === 'Transaction' ? commitPattern.exec(record[5] ?? '') : null;
    const lsn = commit === null ? null : endOfRecordLine(line, layout);
    if (record === null || commit === null || lsn === null) continue;
    // Whoever commits a prepared transaction has no id of its own.
    commits.push({ xid: Number(commit[1] ?? record[3]), lsn, at: `${commit[2]}T${commit[3]}Z` });
  }
  return commits;
}
