import { TorchliftError } from '../../../core/errors.ts';
import { WarningList } from '../warning-list.ts';

/** Where a config comes from, for messages, and what reading it has found so far. */
export class ConfigSource {
  readonly fileName: string;
  readonly kerasVersion: string | undefined;
  readonly warnings = new WarningList();
  #layers = 0;

  constructor(fileName: string, kerasVersion: string | undefined) {
    this.fileName = fileName;
    this.kerasVersion = kerasVersion;
  }

  /** How many layers were read so far, this one included. */
  countLayer(): number {
    this.#layers += 1;
    return this.#layers;
  }

  place(path: readonly string[]): string {
    return path.length === 0 ? this.fileName : `${this.fileName}: layer ${path.join('/')}`;
  }

  malformed(what: string, path: readonly string[] = [], remedy = 'The file was edited or damaged; save the model again from Keras.'): TorchliftError {
    return new TorchliftError('malformed-config', { what, where: this.place(path), remedy });
  }

  unsupported(what: string, path: readonly string[], remedy: string): TorchliftError {
    return new TorchliftError('unsupported', { what, where: this.place(path), remedy });
  }

  tooMuch(what: string, path: readonly string[] = []): TorchliftError {
    return new TorchliftError('limit-exceeded', {
      what,
      where: this.place(path),
      remedy: 'No real model comes near this limit; the file is not to be trusted.',
    });
  }
}
