import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HaproxyApi, readServers } from '../../../src/postgres/haproxy.ts';

const captured = readFileSync(new URL('./fixtures/haproxy-show-stat.csv', import.meta.url), 'utf8');

test('tells of every server whether it gets connections; one on its way up does not', () => {
  expect(readServers(captured)).toEqual([
    { proxy: 'rw', server: 'pg1', up: false },
    { proxy: 'rw', server: 'pg2', up: false },
    { proxy: 'rw', server: 'pg3', up: true },
    { proxy: 'ro', server: 'pg1', up: true },
    { proxy: 'ro', server: 'pg2', up: false },
    { proxy: 'ro', server: 'pg3', up: false },
  ]);
});

test('one on its way down still gets them, and so does one that is not checked', () => {
  const bent = captured.replace(',DOWN 1/2,', ',UP 2/3,').replace(',DOWN,', ',no check,');
  const up = readServers(bent).filter((server) => server.up);
  expect(up.map(({ proxy, server }) => `${proxy} ${server}`)).toEqual(['rw pg1', 'rw pg3', 'ro pg1', 'ro pg2']);
});

test('what is not the answer is no empty list of servers', () => {
  expect(() => readServers('Unknown command.\n')).toThrow(/not the answer of `show stat`: Unknown command\./);
  expect(() => readServers('')).toThrow(/not the answer/);
});

test('a router that is not there is an answer too', async () => {
  expect(await new HaproxyApi('127.0.0.1', 1, 500).servers()).toMatchObject({ ok: false, error: expect.stringMatching(/ECONNREFUSED/) });
});
