import { defineConfig } from 'vitest/config';

/** No retries anywhere: a test that passes at the second attempt hides the flakiness that this project is about. */
export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: '.pgdrill/test-report.json' }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // No test leaves anything behind in its process, so that modules are loaded once a worker and not once a file.
          isolate: false,
          maxWorkers: 2,
          testTimeout: 10_000,
          retry: 0,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'container',
          include: ['test/container/**/*.test.ts'],
          // A drill is mostly waiting, so two files at once cost little; more would disturb each other's measurements on two cores.
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 180_000,
          retry: 0,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'drill',
          include: ['test/drill/**/*.test.ts'],
          // Whole drills, measured: alone on the machine, as what else runs would be measured with them.
          maxWorkers: 1,
          testTimeout: 600_000,
          hookTimeout: 180_000,
          retry: 0,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
