import { invariant } from '../../../core/errors.ts';
import type { Call, CallId } from '../../graph/graph.ts';
import type { Program, Statement, Variable } from '../program.ts';
import { alignGroups } from './align-groups.ts';
import { append } from './append.ts';
import { type Group, type Item, madeBy, positionsOf, readBy, variablesOf } from './group.ts';
import { keysOf } from './keys-of.ts';
import { type Layer, type LayerTree, layersAlong } from './layer-tree.ts';
import { orderItems } from './order-items.ts';

export interface CallGroups {
  readonly root: Group;
  /** The layers whose calls all do the same, with their groups; the others' statements stand in the group around. */
  readonly alike: ReadonlyMap<Layer, readonly Group[]>;
}

/**
 * Parts the program by the calls of `composites`. A composite gets a forward of its own where its calls do the same but for their
 * mode, and where each can run in one go; what can't is left in the group around it, which is always right.
 */
export function groupCalls(program: Program, tree: LayerTree, composites: ReadonlySet<Layer>): CallGroups {
  const grouping = new Grouping(program, tree);
  let candidates = new Set([...composites].filter((layer) => layer.calls > 0 || hasCallsWithin(layer)));
  for (;;) {
    const built = grouping.build(candidates);
    if ('stuck' in built) {
      candidates = without(candidates, built.stuck);
      continue;
    }
    const groups = groupsByLayer(built.group);
    const unlike = [...groups].filter(([, members]) => alignGroups(members) === undefined).map(([layer]) => layer);
    // An inner layer's groups are part of what the outer's do: settle the inner ones first.
    const innermost = unlike.filter((layer) => !unlike.some((other) => other !== layer && isWithin(other, layer)));
    if (innermost.length === 0) return { root: built.group, alike: groups };
    candidates = without(candidates, innermost);
  }
}

class Grouping {
  readonly #program: Program;
  readonly #root: Layer;
  readonly #owners: ReadonlyMap<string, Layer>;
  readonly #calls: ReadonlyMap<CallId, Call>;
  /** By layer: how often its calls come in one call of the composite around it. */
  readonly #invocations = new Map<Layer, number>();
  /** Positions in the body where a variable is read. */
  readonly #reads = new Map<number, number[]>();
  readonly #isOutput: ReadonlySet<number>;

  constructor(program: Program, { root, owners }: LayerTree) {
    this.#program = program;
    this.#root = root;
    this.#owners = owners;
    this.#calls = new Map(program.calls.map((call) => [call.id, call]));
    this.#isOutput = new Set(program.outputs.map(({ variable }) => variable.id));
    program.body.forEach((statement, index) => {
      for (const { id } of statement.arguments.flatMap(variablesOf)) append(this.#reads, id, index);
    });
  }

  build(composites: ReadonlySet<Layer>): { readonly group: Group } | { readonly stuck: readonly Layer[] } {
    const root = draft(this.#root, 0);
    const chains = withBorrowed(this.#program.body.map((statement) => this.#chain(statement, composites)));
    this.#program.body.forEach((statement, index) => {
      let group = root;
      for (const { layer, invocation } of this.#reachable(statement, chains[index] ?? [])) {
        const key = `${layer.attributes.join('.')}#${invocation}`;
        let inner = group.inner.get(key);
        if (inner === undefined) {
          inner = draft(layer, invocation);
          group.inner.set(key, inner);
          group.items.push({ kind: 'draft', first: index, draft: inner });
        }
        group = inner;
      }
      group.items.push({ kind: 'statement', first: index, statement });
    });
    return this.#finish(root);
  }

  /** undefined where the statement belongs to no call. */
  #chain(statement: Statement, composites: ReadonlySet<Layer>): Chain | undefined {
    const calls = statement.calls.map((id) => this.#call(id));
    const [first] = calls;
    if (first === undefined) return undefined;
    const chain: Place[] = [];
    layersAlong(this.#root, first.layer).forEach((layer, depth) => {
      if (!composites.has(layer)) return;
      const invocations = new Set(
        calls.map((call) => (call.layer[depth] === layer.path[depth] && isPrefix(layer.path, call.layer) ? this.#invocation(call, layer) : -1)),
      );
      const [invocation = -1] = invocations;
      const follows = chain.length === 0 || isWithin(layer, (chain.at(-1) as Place).layer);
      if (invocations.size === 1 && invocation >= 0 && follows) chain.push({ layer, invocation });
    });
    return chain;
  }

  /** A forward reaches no state outside its class. */
  #reachable(statement: Statement, chain: Chain): Chain {
    const owners = keysOf(statement).flatMap((key) => this.#owners.get(key) ?? []);
    const end = chain.findIndex(({ layer }) => owners.some((owner) => owner !== layer && !isWithin(owner, layer)));
    return end < 0 ? chain : chain.slice(0, end);
  }

  /** Which call of `composite` a call within it belongs to, told by how often each is called. */
  #invocation(call: Call, composite: Layer): number {
    const count = this.#invocationCount(composite);
    const layer = layersAlong(this.#root, call.layer).at(-1);
    const perInvocation = Math.max(1, Math.round((layer?.calls ?? 1) / count));
    return Math.floor(call.index / perInvocation);
  }

  /** Its own calls where they are told; else what most layers in it are called. */
  #invocationCount(composite: Layer): number {
    const known = this.#invocations.get(composite);
    if (known !== undefined) return known;
    const tally = new Map<number, number>();
    const visit = (layer: Layer): void => {
      for (const child of layer.children.values()) {
        if (child.calls > 0) tally.set(child.calls, (tally.get(child.calls) ?? 0) + 1);
        visit(child);
      }
    };
    if (composite.calls === 0) visit(composite);
    const most = [...tally].sort(([a, times], [b, others]) => others - times || a - b)[0]?.[0];
    const count = composite.calls > 0 ? composite.calls : (most ?? 1);
    this.#invocations.set(composite, count);
    return count;
  }

  /** Orders items so that each group runs in one go; `stuck`: the groups that wait for each other. */
  #finish(draft: Draft): { readonly group: Group } | { readonly stuck: readonly Layer[] } {
    const items: Item[] = [];
    for (const item of draft.items) {
      if (item.kind === 'statement') {
        items.push(item);
        continue;
      }
      const inner = this.#finish(item.draft);
      if ('stuck' in inner) return inner;
      items.push({ kind: 'group', first: item.first, group: inner.group });
    }
    const ordered = orderItems(items);
    if ('stuck' in ordered) return ordered;
    return { group: this.#group(draft, ordered.items) };
  }

  #group(draft: Draft, items: readonly Item[]): Group {
    const made = new Map<number, Variable>();
    const inputs = new Map<number, Variable>();
    const positions = new Set<number>();
    for (const item of items) {
      for (const variable of readBy(item)) if (!made.has(variable.id)) inputs.set(variable.id, variable);
      for (const variable of madeBy(item)) made.set(variable.id, variable);
      for (const position of positionsOf(item)) positions.add(position);
    }
    const outputs = [...made.values()].filter(
      ({ id }) => this.#isOutput.has(id) || (this.#reads.get(id) ?? []).some((position) => !positions.has(position)),
    );
    return { layer: draft.layer, invocation: draft.invocation, items, inputs: [...inputs.values()], outputs };
  }

  #call(id: CallId): Call {
    const call = this.#calls.get(id);
    invariant(call !== undefined, `no call ${id}`);
    return call;
  }
}

interface Place {
  readonly layer: Layer;
  readonly invocation: number;
}

/** The composites around a statement, outermost first. */
type Chain = readonly Place[];

/** A statement of no call stands where both its neighbours do. */
function withBorrowed(chains: readonly (Chain | undefined)[]): readonly Chain[] {
  const after: (Chain | undefined)[] = [];
  chains.reduceRight<Chain | undefined>((next, chain, index) => {
    after[index] = chain ?? next;
    return after[index];
  }, undefined);
  let before: Chain = [];
  return chains.map((chain, index) => {
    if (chain === undefined) return sharedChain(before, after[index] ?? []);
    before = chain;
    return chain;
  });
}

function sharedChain(a: Chain, b: Chain): Chain {
  const end = a.findIndex((place, depth) => place.layer !== b[depth]?.layer || place.invocation !== b[depth]?.invocation);
  return end < 0 ? a : a.slice(0, end);
}

interface Draft extends Place {
  readonly items: (({ kind: 'statement'; statement: Statement } | { kind: 'draft'; draft: Draft }) & { first: number })[];
  readonly inner: Map<string, Draft>;
}

function draft(layer: Layer, invocation: number): Draft {
  return { layer, invocation, items: [], inner: new Map() };
}

function groupsByLayer(root: Group): ReadonlyMap<Layer, readonly Group[]> {
  const groups = new Map<Layer, Group[]>();
  const visit = (group: Group): void => {
    for (const item of group.items) {
      if (item.kind === 'statement') continue;
      append(groups, item.group.layer, item.group);
      visit(item.group);
    }
  };
  visit(root);
  return groups;
}

function hasCallsWithin(layer: Layer): boolean {
  return [...layer.children.values()].some((child) => child.calls > 0 || hasCallsWithin(child));
}

function isWithin(inner: Layer, outer: Layer): boolean {
  return inner.path.length > outer.path.length && isPrefix(outer.path, inner.path);
}

function isPrefix(prefix: readonly string[], path: readonly string[]): boolean {
  return prefix.length <= path.length && prefix.every((segment, index) => segment === path[index]);
}

function without(layers: ReadonlySet<Layer>, removed: readonly Layer[]): Set<Layer> {
  return new Set([...layers].filter((layer) => !removed.includes(layer)));
}
