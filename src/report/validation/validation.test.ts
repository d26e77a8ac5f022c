import { describe, expect, test } from 'vitest';
import type { ValidationEvidence } from '../../bundle/evidence/validation-evidence.ts';
import { SAMPLE_VALIDATION } from '../testing/sample-validation.ts';
import { printValidation } from './print-validation.ts';
import { validationText } from './validation-text.ts';

const JPEG = 'data:image/jpeg;base64,/9j/4AAQSkZJRg==';
const passed: ValidationEvidence = {
  ...SAMPLE_VALIDATION,
  agreements: 2000,
  agreement: 1,
  lowerBound: 0.9978,
  verdict: 'certified',
  passed: true,
  needed: null,
  gates: [],
  flips: [],
  flipsTotal: 0,
  directions: null,
  actions: null,
  accuracy: null,
  production: null,
  matchedThresholds: null,
  stages: [],
};

describe('the page', () => {
  const page = printValidation(SAMPLE_VALIDATION, new Map([['crop-0412.jpg', JPEG]]));

  test('holds all that it shows: nothing is loaded, nothing runs', () => {
    expect(page).toContain("default-src 'none'; img-src data:");
    // A namespace is a name, not an address.
    const loaded = page.replaceAll(' xmlns="http://www.w3.org/2000/svg"', '');
    expect(loaded).not.toMatch(/<script|<link|@import|url\(|https?:/i);
    expect([...page.matchAll(/src="([^"]*)"/g)].map(([, source]) => source)).toEqual([JPEG]);
  });

  test('shows names from files as text', () => {
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;.jpg');
    expect(page).toContain('images/&lt;img src=x onerror=alert(1)&gt;.jpg');
  });

  test('takes only pictures as pictures', () => {
    for (const url of ['data:image/svg+xml;base64,PHN2Zz4=', 'https://example.org/a.jpg', `${JPEG}" onerror="alert(1)`]) {
      expect(printValidation(SAMPLE_VALIDATION, new Map([['crop-0412.jpg', url]]))).not.toContain('<img');
    }
  });

  test('says what is missing, and what would certify', () => {
    expect(page).toContain('not enough samples');
    expect(page).toContain('it takes 2,790 samples if none more disagrees; about 6,120 if they go on as now (0.70 %). There are 2,000.');
    expect(page).toContain('never reached, so nothing is said of them: classes hentai');
    expect(page).toContain('the candidate gave scores that are no numbers on 1 image (5 NaN, 0 infinite)');
    expect(page).toContain('The 2 most dangerous of 14.');
  });

  test('names the call with the largest difference, and folds long lists of calls', () => {
    expect(page).toContain('block_41 is the first to diverge, call 42 of 60: by 0.3 of its size, the largest difference of all.');
    expect(page).toContain('Calls folded into another: dropout (in dense).');
    const absorbed = Array.from({ length: 30 }, (_, index) => ({ name: `conv_${index}`, index: 0, className: 'Conv2D', absorbedBy: `bn_${index}` }));
    const long = printValidation({ ...SAMPLE_VALIDATION, layers: [...(SAMPLE_VALIDATION.layers ?? []), ...absorbed] }, new Map());
    expect(long).toContain('<details class="names"><summary>Calls folded into another: 31</summary>');
    expect(printValidation({ ...SAMPLE_VALIDATION, unmatched: ['<i>extra'] }, new Map())).toContain('Not in the reference: &lt;i&gt;extra.');
  });

  test('has no word of what was not asked', () => {
    const { layers, firstDivergence, ...rest } = passed;
    const bare = printValidation(rest, new Map());
    for (const title of ['By stage', 'By action', 'Against the labels', 'production mix', 'Matched thresholds', 'Layer by layer'])
      expect(bare).not.toContain(title);
    expect(bare).toContain('<title>Validation: passed</title>');
    expect(bare).toContain('<h2>Flips</h2><p>None.</p>');
  });

  test('can show a validation of nothing', () => {
    const nothing: ValidationEvidence = {
      ...passed,
      samples: 0,
      agreements: 0,
      agreement: null,
      clopperPearson: { lower: 0, upper: 1 },
      lowerBound: 0,
      verdict: 'uncertain',
      passed: false,
      needed: { atCount: 449, atRate: 449 },
      series: [],
      maxScoreDifference: null,
      scoreDifferences: { compared: 0, max: null, mean: null, p50: null, p90: null, p95: null, p99: null, decades: [] },
      layers: [{ name: 'only', index: 0, className: 'Dropout', absorbedBy: 'other' }],
      firstDivergence: null,
    };
    for (const text of [printValidation(nothing, new Map()), validationText(nothing)]) {
      expect(text).toMatch(/nothing compared/i);
      expect(text).not.toMatch(/NaN %|undefined|null/);
    }
  });
});

describe('the text', () => {
  test('is what the terminal shows', () => {
    expect(validationText(SAMPLE_VALIDATION)).toMatchInlineSnapshot(`
      "moderation_model/model.bf16.pt (torch 2.13.0+cpu, bfloat16) against moderation_model.h5 (tensorflow 2.10.1, float32): NOT ENOUGH SAMPLES

        agreement     1,986 of 2,000 samples, 99.30 %, 95 % interval 98.50 to 99.75 %
                      60 more images nearly copy another, and count with it
        asked         ✗ Agreement certified at 99 %: above 98.76 %
                      ✓ Agreement on porn certified at 98 %: above 98.63 %, 320 samples
                      ✗ block → allow certified to be at most 0.5 %: below 1.71 %, 420 samples
        needed        To certify 99 % it takes 2,790 samples if none more disagrees; about 6,120 if they go on as now (0.70 %). There are 2,000.
                      To certify at most 0.5 % of block → allow it takes 1,800 samples if none more disagrees; disagreements as frequent as now never will. There are 420.
        classes       drawing 258/260, neutral 1,375/1,380, porn 315/320, sexy 38/40
        actions       block → allow: 2 of 420, certified below 1.71 %
                      allow → block: 5 of 1,540, certified below 0.80 %
        scores        differ by at most 0.31, 99 % of images by at most 0.082, 0.0042 on average
        stages        the same tensors: 99.30 % of 2,000
                      the same bytes: 98.00 % of 2,000, 212 with other model inputs, 1 refused by the reference alone, 3 refused by the candidate alone
        layers        the first to diverge is block_41
        labels        of 1,200 samples 92.00 % right before, 91.67 % now: −0.33 points, 95 % interval −0.88 to +0.21
                      porn: precision 93.10 % → 93.06 %, recall 90.00 % → 89.33 %
        production    flips: 1,190 to 9,360 of a million, since a class of the mix has no samples
                      block → allow: 87.5 of a million, 95 % interval 10.6 to 1,330
        thresholds    drawing review: 0.6 → 0.5834, 95 % interval 0.552 to 0.6213
                      drawing block: 0.9 → 0.9, 95 % interval 0.871 to no upper end
        flips         crop-0412.jpg: porn (block) → neutral (allow), margin 0.11
                      "><script>alert(1)</script>.jpg: neutral (allow) → undecided, margin 0.5
                      and 12 more
        not said      the candidate gave scores that are no numbers on 1 image (5 NaN, 0 infinite)
                      skipped: 3 files
                      never reached, so nothing is said of them: classes hentai
                      fewer than 30 samples: formats png (10)
                      the reference isn't the file that the bundle was converted from
        skipped       images/notes.txt: no image
                      images/<img src=x onerror=alert(1)>.jpg: premature end
                      and 1 more
      "
    `);
  });

  test('a refuted agreement is not put down to too few samples', () => {
    const text = validationText({ ...SAMPLE_VALIDATION, verdict: 'refuted', needed: { atCount: 9000, atRate: null } });
    expect(text).toContain('FAILED');
    expect(text).toContain("More of them won't help");
  });

  test('disagreements that are too frequent to certify say so', () => {
    const text = validationText({ ...SAMPLE_VALIDATION, needed: { atCount: 9000, atRate: null } });
    expect(text).toContain('9,000 samples if none more disagrees; disagreements as frequent as now never will');
  });
});
