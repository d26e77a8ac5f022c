import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts', 'examples/**/*.test.ts'], testTimeout: 30_000 } },
      // Real TensorFlow and PyTorch, one file at a time: they use all cores.
      { test: { name: 'integration', include: ['test/**/*.test.ts'], testTimeout: 600_000, hookTimeout: 1_800_000, fileParallelism: false } },
    ],
  },
});
