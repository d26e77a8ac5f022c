/** npm run benchmark:statistics: do the bounds err as rarely as they promise? By simulation, with the truth known. */
import { falseAlarmsUnderPeeking, matchedThresholdCoverage, pairedCoverage, stratifiedCoverage } from '../../src/statistics/testing/simulations.ts';
import { verdict, writeResult } from '../measure/report.ts';

const RUNS = 10_000;
const ALPHA = 0.05;
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

const peeking = [0.9, 0.99, 0.999].map((mean) => {
  const { peekSafe, fixed } = falseAlarmsUnderPeeking(mean, 10_000, RUNS, ALPHA, 1);
  console.log(`agreement ${mean}, looked at after each of 10,000 samples, ${RUNS} runs: the lower bound was above it in`);
  console.log(`  peek-safe bound   ${percent(peekSafe)} of runs, ${verdict(peekSafe, ALPHA)}`);
  console.log(`  Clopper–Pearson   ${percent(fixed)} of runs (not made for peeking)`);
  return { mean, samples: 10_000, peekSafe, fixed };
});

const mixes = [
  {
    name: 'a rare unsafe class',
    strata: [
      { weight: 0.97, rate: 0.0004, samples: 1200 },
      { weight: 0.02, rate: 0.02, samples: 500 },
      { weight: 0.01, rate: 0.01, samples: 300 },
    ],
  },
  {
    name: 'even',
    strata: [
      { weight: 0.5, rate: 0.005, samples: 1000 },
      { weight: 0.5, rate: 0.01, samples: 1000 },
    ],
  },
  {
    name: 'a class seen ten times',
    strata: [
      { weight: 0.9, rate: 0.001, samples: 2000 },
      { weight: 0.1, rate: 0.1, samples: 10 },
    ],
  },
].map(({ name, strata }) => {
  const { held, above } = stratifiedCoverage(strata, RUNS, ALPHA, 2);
  console.log(
    `flips at the production mix, ${name}: missed in ${percent(1 - held)} of runs, ${verdict(1 - held, ALPHA)}; too low in ${percent(above)}`,
  );
  return { name, strata, missed: 1 - held, tooLow: above };
});

const pairs = [
  [0.03, 0.02, 500],
  [0.004, 0.004, 2000],
  [0.01, 0.002, 200],
].map(([first = 0, second = 0, count = 0]) => {
  const missed = 1 - pairedCoverage(first, second, count, RUNS, ALPHA, 3);
  console.log(`difference of accuracies (${first} against ${second}, ${count} pairs): missed in ${percent(missed)} of runs, asymptotic 5 %`);
  return { onlyFirst: first, onlySecond: second, pairs: count, missed };
});

const matchedMissed = 1 - matchedThresholdCoverage(1000, 2000, ALPHA, 4);
console.log(`matched threshold, 1,000 pairs, 2,000 runs: missed in ${percent(matchedMissed)}, ${verdict(matchedMissed, ALPHA)}`);

writeResult('statistics', {
  command: 'npm run benchmark:statistics',
  alpha: ALPHA,
  runs: RUNS,
  peeking,
  mixes,
  pairs,
  matchedThreshold: { missed: matchedMissed },
});
