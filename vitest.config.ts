import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    silent: 'passed-only',
    // Vitest leaves one core free; on two cores that is half of them.
    maxWorkers: '100%',
    // File snapshots are files of dist/, which npm run synth makes: a missing or different one is a failure, never written here.
    update: 'none',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{apps,charts,lambda,workflows,start}/**/*.test.ts', 'tests/unit/**/*.test.ts'],
          // They take seconds, but not on a machine that runs other tests beside.
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['tests/system/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // Whole pipelines: two at a time wait for each other's programs on two cores, and fit into 24 GiB.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['tests/cluster/**/*.test.ts'],
          globalSetup: ['tests/fixtures/node-images.ts'],
          // A machine has one node.
          fileParallelism: false,
          testTimeout: 1_200_000,
          hookTimeout: 3_600_000,
        },
      },
    ],
  },
});
