// Where a key leads on a worksheet, and what is a scan. No DOM here: tested under node.
"use strict";

/** Faster than any finger: keys that come closer than this are a scanner's. */
export const SCAN_GAP_MILLIS = 35;
/** No code of ours is shorter. */
const SCAN_KEYS_MIN = 6;

/**
 * The cell that a key leads to, of cells {row, column} in the order of the page; undefined where it leads nowhere.
 * Enter and the arrows down and up stay in the column, and Enter goes on at the top of the next one.
 */
export function nextCell(cells, at, key) {
  const from = cells[at];
  if (!from) return undefined;
  const inColumn = cells.map((cell, index) => ({ ...cell, index })).filter((cell) => cell.column === from.column);
  const place = inColumn.findIndex((cell) => cell.index === at);
  if (key === "ArrowUp") return inColumn[place - 1]?.index;
  if (key === "ArrowDown") return inColumn[place + 1]?.index;
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const step = key === "ArrowLeft" ? -1 : 1;
    return cells[at + step]?.row === from.row ? at + step : undefined;
  }
  if (inColumn[place + 1]) return inColumn[place + 1].index;
  const later = cells.map((cell, index) => ({ ...cell, index })).filter((cell) => cell.column > from.column);
  later.sort((one, other) => one.column - other.column || one.index - other.index);
  return later[0]?.index;
}

/** Notes keys with their times and says, at Enter, whether they were a scan: its text, or nothing. */
export class Burst {
  #keys = "";
  #last = -Infinity;

  note(key, at) {
    if (at - this.#last > SCAN_GAP_MILLIS) this.#keys = "";
    this.#keys += key;
    this.#last = at;
    return this.#keys.length;
  }

  ended(at) {
    const scan = at - this.#last <= SCAN_GAP_MILLIS && this.#keys.length >= SCAN_KEYS_MIN ? this.#keys : undefined;
    this.#keys = "";
    return scan;
  }
}
