import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endOfRecordLine, parseCommits, recordEnd } from '../../../src/postgres/waldump.ts';

const layout = { blockBytes: 8192n, segmentBytes: 16n * 1024n * 1024n };

/** As pg_waldump of PostgreSQL 17 writes it. */
const output = `rmgr: Heap2       len (rec/tot):     54/    54, tx:          0, lsn: 0/0177E5D0, prev 0/0177E138, desc: PRUNE_ON_ACCESS , isCatalogRel: F, nplans: 0
rmgr: Heap        len (rec/tot):     71/    71, tx:        739, lsn: 0/0177E670, prev 0/0177E608, desc: INSERT+INIT off: 1, flags: 0x00, blkref #0: rel 1663/5/16385 blk 0
rmgr: Transaction len (rec/tot):     34/    34, tx:        739, lsn: 0/0177E758, prev 0/0177E718, desc: COMMIT 2026-11-21 10:13:08.998865 UTC
rmgr: Transaction len (rec/tot):     34/    34, tx:        740, lsn: 0/0177E790, prev 0/0177E758, desc: ABORT 2026-11-21 10:13:09.005110 UTC
rmgr: Transaction len (rec/tot):    405/   405, tx:        741, lsn: 0/0177E808, prev 0/0177E7C8, desc: COMMIT 2026-11-21 10:13:09.005110 UTC; inval msgs: catcache 55 catcache 54; subxacts: 742
rmgr: Transaction len (rec/tot):    101/   101, tx:          0, lsn: 0/0177E9A0, prev 0/0177E968, desc: COMMIT_PREPARED 743: 2026-11-21 10:13:09.011323 UTC
rmgr: Standby     len (rec/tot):     50/    50, tx:          0, lsn: 0/0177EA10, prev 0/0177E9A0, desc: RUNNING_XACTS nextXid 744 latestCompletedXid 743 oldestRunningXid 744
pg_waldump: error: error in WAL record at 0/177EA18: invalid record length at 0/177EA40: expected at least 24, got 0`;

describe('pg_waldump', () => {
  test('commits are found, with the position where their record ends', () => {
    expect(parseCommits(output, layout)).toEqual([
      { xid: 739, lsn: '0/177E780', at: '2026-11-21T10:13:08.998865Z' },
      { xid: 741, lsn: '0/177E9A0', at: '2026-11-21T10:13:09.005110Z' },
      { xid: 743, lsn: '0/177EA08', at: '2026-11-21T10:13:09.011323Z' },
    ]);
  });

  test('the end of any record line is known, and of nothing else', () => {
    const lines = output.split('\n');
    expect(endOfRecordLine(lines.at(-2) ?? '', layout)).toBe('0/177EA48');
    expect(endOfRecordLine(lines.at(-1) ?? '', layout)).toBeNull();
  });
});

describe('recordEnd', () => {
  test.each([
    // start, length, end: inside a page; filling it to the brim; spilling over a page header; over the longer header of a segment.
    [0x1000n, 34n, 0x1028n],
    [0x1fd8n, 40n, 0x2000n],
    [0x1fd8n, 48n, 0x2000n + 24n + 8n],
    [0xffffd8n, 48n, 0x1000000n + 40n + 8n],
    [0x1fd8n, 40n + 8168n + 8n, 0x4000n + 24n + 8n],
  ])('of a record at %i with %i bytes is %i', (start, length, end) => {
    expect(recordEnd(start, length, layout)).toBe(end);
  });

  test('lies past the record by its bytes, its page headers and less than an alignment', () => {
    const starts = fc
      .bigInt({ min: 5n, max: 1n << 30n })
      .map((n) => n * 8n)
      .filter((start) => start % 8192n >= 40n);
    fc.assert(
      fc.property(starts, fc.bigInt({ min: 24n, max: 100_000n }), (start, length) => {
        const end = recordEnd(start, length, layout);
        let headers = 0n;
        for (let page = (start / 8192n + 1n) * 8192n; page < end; page += 8192n) headers += page % layout.segmentBytes === 0n ? 40n : 24n;
        const padding = end - start - length - headers;
        expect(end % 8n).toBe(0n);
        expect(padding >= 0n && padding < 8n).toBe(true);
      }),
    );
  });
});
