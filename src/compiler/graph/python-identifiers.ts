/**
 * What an attribute of a generated module may not be called. Sources: `keyword.kwlist` of Python 3.13; the public attributes of
 * torch 2.13's `nn.Module` and of the script module it becomes; the words TorchScript's own parser keeps for itself; the methods
 * that our own artefacts define.
 */
const RESERVED: ReadonlySet<string> = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if import in is
  lambda nonlocal not or pass raise return try while with yield case match
  T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr float
  forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia named_buffers named_children
  named_modules named_parameters parameters register_backward_hook register_buffer register_forward_hook register_forward_pre_hook
  register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook
  register_module register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
  set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
  code code_with_constants define forward_magic_method get_debug_state graph graph_for inlined_graph original_name save save_to_buffer
  NoneType inf nan print Tensor annotate uninitialized unchecked_cast fork wait torch self super
  layers load`.split(/\s+/),
);

/** Longer names are cut: an identifier is for people to read. */
const MAX_LENGTH = 96;

/** May this stand after `self.` as it is? Starts with an ASCII letter (no leading `_`: Python mangles `__x`), then letters, digits, `_`. */
export function isPlainIdentifier(name: string): boolean {
  return name.length <= MAX_LENGTH && /^[A-Za-z][A-Za-z0-9_]*$/.test(name) && !RESERVED.has(name);
}

/**
 * Attribute names for siblings (the children of one module) with arbitrary, possibly hostile names: harmless identifiers, unique
 * among themselves and against `taken`. A name that is one already keeps itself; the rest are cleaned in sorted order, so that
 * the result depends on the set of names alone, not on their order.
 */
export function pythonIdentifiers(names: Iterable<string>, taken: Iterable<string> = []): Map<string, string> {
  const used = new Set(taken);
  const result = new Map<string, string>();
  const rest: string[] = [];
  for (const name of new Set(names)) {
    if (isPlainIdentifier(name) && !used.has(name)) result.set(name, name);
    else rest.push(name);
  }
  for (const name of result.values()) used.add(name);
  const next = new Map<string, number>();
  for (const name of rest.sort()) {
    const stem = clean(name);
    let candidate = stem;
    // Counted per stem: a file with 100,000 names that clean to the same stem must not take quadratic time.
    for (let count = next.get(stem) ?? 2; used.has(candidate); count++) {
      candidate = `${stem}_${count}`;
      next.set(stem, count + 1);
    }
    used.add(candidate);
    result.set(name, candidate);
  }
  return result;
}

function clean(name: string): string {
  const stem = name
    .slice(0, MAX_LENGTH)
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^_+/, '');
  const trimmed = /[^A-Za-z0-9_]$/.test(name.slice(0, MAX_LENGTH)) ? stem.replace(/_+$/, '') : stem;
  if (trimmed === '') return 'layer';
  if (/^\d/.test(trimmed)) return `layer_${trimmed}`;
  return RESERVED.has(trimmed) ? `${trimmed}_` : trimmed;
}
