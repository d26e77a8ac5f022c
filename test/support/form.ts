/** `npm test` runs the short form, `npm run test:full` everything. */
export const FULL = process.env.TORCHLIFT_TEST_FULL === '1';
