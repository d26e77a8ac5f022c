import type { ModuleClass } from './module-class.ts';

/** Every class of the tree, what is used before what uses it, the model last. */
export function classesInOrder(model: ModuleClass): readonly ModuleClass[] {
  const classes = new Set<ModuleClass>();
  const visit = (module: ModuleClass): void => {
    for (const child of module.children) if (child.module.kind === 'class') visit(child.module.class);
    classes.add(module);
  };
  visit(model);
  return [...classes];
}
