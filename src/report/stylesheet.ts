/** One stylesheet for all reports, light and dark; charts draw with the same colours by class. */
export const STYLESHEET = `
:root {
  color-scheme: light dark;
  --back: #fcfcfb; --card: #ffffff; --ink: #1b1f24; --soft: #5b6470; --line: #d9dee4; --grid: #eceff2;
  --good: #12733f; --good-back: #e4f4ea; --bad: #b3261e; --bad-back: #fbe9e7; --open: #8a5a00; --open-back: #fdf2dc;
  --shade: #1b1f2440; --first: #2563b0; --first-soft: #2563b033; --second: #b4540a; --second-soft: #b4540a33;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14171a; --card: #1c2024; --ink: #e6e9ec; --soft: #9aa4af; --line: #363d44; --grid: #2a3036;
    --good: #6fd39a; --good-back: #163324; --bad: #ff9a90; --bad-back: #411d1a; --open: #f0c26a; --open-back: #3b2d10;
    --shade: #e6e9ec4d; --first: #7db4f5; --first-soft: #7db4f533; --second: #f0a25c; --second-soft: #f0a25c33;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: .5rem 0; max-width: 46rem; }
.soft, figcaption, th { color: var(--soft); }
code, .mono { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
.verdict { display: inline-block; border-radius: .4rem; padding: .1rem .6rem; font-weight: 600; font-size: 1rem; vertical-align: middle; }
.good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
.verdict.good { background: var(--good-back); } .verdict.bad { background: var(--bad-back); } .verdict.open { background: var(--open-back); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.25rem; margin: 1rem 0; }
.checks { list-style: none; margin: 1rem 0; padding: .4rem 1.25rem; }
.checks li { display: grid; grid-template-columns: 1.5rem 1fr auto; gap: .5rem; padding: .35rem 0; border-top: 1px solid var(--grid); }
.checks li:first-child { border-top: 0; }
.checks .figure { text-align: right; font-variant-numeric: tabular-nums; }
.checks .note { display: block; font-size: .85rem; color: var(--soft); }
@media (max-width: 40rem) {
  .checks li { grid-template-columns: 1.5rem 1fr; row-gap: 0; }
  .checks .figure { grid-column: 2; text-align: left; overflow-wrap: anywhere; }
}
.warnings { border-left: .25rem solid var(--open); padding: .25rem 0 .25rem 1rem; margin: 1rem 0; }
.warnings ul, .plain { margin: .25rem 0; padding-left: 1.1rem; }
.scroll {
  overflow-x: auto;
  background:
    linear-gradient(to right, var(--back) 40%, #0000) left top / 2.5rem calc(100% + 2px) no-repeat local,
    linear-gradient(to left, var(--back) 40%, #0000) right top / 2.5rem calc(100% + 2px) no-repeat local,
    linear-gradient(to right, var(--shade), #0000) left / 1rem 100% no-repeat scroll,
    linear-gradient(to left, var(--shade), #0000) right / 1rem 100% no-repeat scroll;
}
.scroll:focus-visible { outline: 2px solid var(--first); outline-offset: 2px; }
.scroll + .scroll { margin-top: 1rem; }
.beside { display: flex; flex-wrap: wrap; gap: 0 3rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { text-align: left; padding: .3rem 1.1rem .3rem 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
th { font-weight: 500; border-color: var(--line); white-space: nowrap; }
td.number, th.number { text-align: right; white-space: nowrap; }
figure { margin: 1rem 0; }
figcaption { font-size: .9rem; max-width: 46rem; }
svg { display: block; width: 100%; height: auto; }
@media screen { svg { min-width: 44rem; } }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
svg .grid { stroke: var(--grid); } svg .axis { stroke: var(--line); }
svg .band { fill: var(--first-soft); } svg .bar { fill: var(--first); } svg .bar.marked { fill: var(--bad); }
svg .line { fill: none; stroke: var(--first); stroke-width: 2; } svg .bound { fill: none; stroke: var(--second); stroke-width: 2; stroke-dasharray: 6 4; }
svg .bar.original { fill: var(--second); } svg .range { fill: var(--first-soft); } svg .range.original { fill: var(--second-soft); }
svg .mark { stroke: var(--first); stroke-width: 2; } svg .mark.original { stroke: var(--second); } svg .dot { fill: var(--first); } svg .dot.original { fill: var(--second); }
svg .limit { stroke: var(--bad); stroke-width: 1.5; }
.flips { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1rem; align-items: start; }
.flip { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .75rem; font-size: .9rem; }
.flip .name { overflow-wrap: anywhere; }
.picture { display: block; position: relative; overflow: hidden; border-radius: .35rem; margin-bottom: .5rem; background: var(--grid); cursor: pointer; }
.picture input { position: absolute; opacity: 0; inset: 0; width: 100%; height: 100%; cursor: pointer; z-index: 1; }
.picture img { display: block; width: 100%; height: 12rem; object-fit: contain; filter: blur(1.4rem) saturate(.4); }
.picture input:checked + img { filter: none; }
.picture span { position: absolute; inset: auto 0 0 0; padding: .2rem .5rem; font-size: .8rem; background: #000a; color: #fff; text-align: center; }
.picture input:checked ~ span { display: none; }
.picture:focus-within { outline: 2px solid var(--first); outline-offset: 2px; }
.flip table { width: 100%; margin-top: .4rem; } .flip td, .flip th { padding-right: .5rem; } .flip td:first-child { overflow-wrap: anywhere; }
details.names { border: 0; padding: 0; margin: .5rem 0; } details.names summary { font-weight: 400; color: var(--soft); } .names li { overflow-wrap: anywhere; }
details { border-top: 1px solid var(--line); padding: .75rem 0; } summary { cursor: pointer; font-weight: 600; }
footer { margin-top: 3rem; color: var(--soft); font-size: .9rem; }
@media print { .card, .flip { break-inside: avoid; } }
`;
