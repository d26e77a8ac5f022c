import type { DType } from '../../../core/dtypes.ts';
import type { AtenName } from '../aten.ts';
import type { Argument, Variable } from '../program.ts';

/**
 * The train program as PyTorch classes: what `model.py` prints. A class holds what all calls of a layer or nested model share,
 * and its forward is what each of those calls does; what differs by call stands in the forward of the class around it.
 */
export interface ModuleClass {
  /** CamelCase, unique in the file. */
  readonly name: string;
  /** Keras' class, where it is a layer and no model: `SeparableConv2D`. */
  readonly layerClass: string | undefined;
  /** What it is in Keras, one line: `Keras Functional "base"`. */
  readonly description: string;
  /** What the constructor takes; empty where there is one instance. */
  readonly hyperparameters: readonly Hyperparameter[];
  readonly children: readonly Child[];
  readonly tensors: readonly OwnTensor[];
  /** Undefined where the calls differ: then the statements stand in the forward around, and this class only holds its children. */
  readonly forward: Forward | undefined;
}

export interface Hyperparameter {
  readonly name: string;
  readonly type: 'int' | 'float' | 'bool' | 'int-tuple';
}

/** A constructor's argument; `hyperparameter` refers to one of the class it stands in. */
export type Setting =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'ints'; readonly values: readonly number[] }
  | { readonly kind: 'dtype'; readonly value: DType }
  | { readonly kind: 'hyperparameter'; readonly name: string };

export interface Child {
  /** The attribute, and so the part of the `state_dict` key. */
  readonly name: string;
  readonly module: BuiltinModule | ClassInstance;
  /** Which of its parameters have `requires_grad=False`: all, none, the named ones of a builtin; `empty` where it has no parameters. */
  readonly frozen: 'none' | 'all' | 'empty' | readonly string[];
}

export interface ClassInstance {
  readonly kind: 'class';
  readonly class: ModuleClass;
  /** One for each hyperparameter of the class. */
  readonly settings: readonly Setting[];
}

/** A module of `torch.nn`, or a BatchNorm of ours. */
export interface BuiltinModule {
  readonly kind: 'builtin';
  /** `Conv2d`, in `torch.nn`. */
  readonly type: string;
  readonly positional: readonly NamedSetting[];
  readonly keyword: readonly NamedSetting[];
  /** Parameters that PyTorch's class has and Keras' layer hasn't: registered as None. */
  readonly absent: readonly string[];
  readonly batchNorm?: BatchNormBehaviour;
}

export interface NamedSetting {
  readonly name: string;
  readonly value: Setting;
}

export interface BatchNormBehaviour {
  /** `module`: as nn.BatchNorm, by `train()` and `eval()` · `inference`: moving statistics always · `argument`: the call says. */
  readonly mode: 'module' | 'inference' | 'argument';
  /** Keras' BatchNormalization outside its fused kernel (inputs that aren't of rank 4 or 5): the moving variance takes the biased batch variance. */
  readonly biasedVariance: boolean;
}

/** A parameter or buffer that stands in the class itself. */
export interface OwnTensor {
  readonly name: string;
  readonly kind: 'parameter' | 'buffer' | 'constant';
  readonly trainable: boolean;
  readonly shape: readonly Setting[];
  readonly dtype: DType;
  /** The whole key, by which a constant's elements are found. */
  readonly key: string;
}

export interface Forward {
  readonly inputs: readonly Variable[];
  /** Whether it takes `inference: bool`: calls of the nested model that differ in nothing but their mode. */
  readonly takesInference: boolean;
  /** Whether its calls have inputs of different sizes: then no comment tells a shape. */
  readonly shapesVary: boolean;
  readonly body: readonly ForwardStatement[];
  readonly outputs: readonly Variable[];
}

export interface ForwardStatement {
  readonly operation: Operation;
  readonly results: readonly Variable[];
  /** The Keras layer it stands for, for comments and names; '' where there is none. */
  readonly layer: string;
  /** The layer's class, `Concatenate`; '' where there is none. */
  readonly layerClass: string;
}

/** `follows`: the module's own mode · `inference` · `passed`: as this forward's `inference` argument says. */
export type Mode = 'follows' | 'inference' | 'passed';

export type Operation =
  /** `self.<path>(inputs…)`. */
  | {
      readonly kind: 'module';
      readonly path: readonly string[];
      readonly inputs: readonly LocalArgument[];
      readonly mode: Mode;
      readonly takesInference: boolean;
      /** What it costs a reader: a convolution or a nested model gets a line of its own. */
      readonly isHeavy: boolean;
    }
  | { readonly kind: 'aten'; readonly op: AtenName; readonly arguments: readonly LocalArgument[]; readonly mode: Mode };

/** As a program's argument, with the state named by its attribute path from `self`. */
export type LocalArgument =
  | Exclude<Argument, { readonly kind: 'state' | 'tensors' }>
  | { readonly kind: 'tensors'; readonly items: readonly LocalArgument[] }
  | { readonly kind: 'attribute'; readonly path: readonly string[] };
