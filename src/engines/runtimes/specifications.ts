export const RUNTIME_NAMES = ['torch', 'tensorflow'] as const;
export type RuntimeName = (typeof RUNTIME_NAMES)[number];

/** One way to make a runtime: the interpreters it takes, best first, and what is installed (`python/requirements/<requirements>`). */
export interface RuntimeSpecification {
  /** `major.minor` of the interpreters, preferred first. */
  readonly pythons: readonly string[];
  readonly requirements: string;
}

/** Preferred first. TensorFlow 2.10 stands first because it is the version that is being left. */
export const SPECIFICATIONS: Readonly<Record<RuntimeName, readonly RuntimeSpecification[]>> = {
  torch: [{ pythons: ['3.11', '3.12', '3.13', '3.10'], requirements: 'torch.txt' }],
  tensorflow: [
    { pythons: ['3.10', '3.9', '3.8'], requirements: 'tensorflow-2.10.txt' },
    { pythons: ['3.11'], requirements: 'tensorflow-2.13.txt' },
    { pythons: ['3.12'], requirements: 'tensorflow-2.18.txt' },
  ],
};

/** Names the user's own interpreter instead of a runtime of ours. */
export const INTERPRETER_VARIABLES: Readonly<Record<RuntimeName, string>> = {
  torch: 'TORCHLIFT_TORCH_PYTHON',
  tensorflow: 'TORCHLIFT_TENSORFLOW_PYTHON',
};
