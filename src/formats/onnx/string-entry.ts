import { LIMITS } from './limits.ts';
import type { StringStringEntryProto } from './proto.ts';
import type { WireCursor } from './wire-cursor.ts';

/** StringStringEntryProto: a line of `metadata_props` or `external_data`. */
export function readStringStringEntry(cursor: WireCursor): StringStringEntryProto {
  let [key, value] = ['', ''];
  while (cursor.next()) {
    if (cursor.field === 1) key = cursor.string();
    else if (cursor.field === 2) value = cursor.string(LIMITS.textBytes);
    else cursor.skip();
  }
  return { key, value };
}
