import assert from "node:assert/strict";
import { test } from "node:test";
import { Burst, nextCell } from "./moves.js";

// Two columns; the second row has no cell in the second.
const cells = [
  { row: 0, column: 0 }, { row: 0, column: 1 },
  { row: 1, column: 0 },
  { row: 2, column: 0 }, { row: 2, column: 1 },
];

test("Enter goes down a column and then to the top of the next", () => {
  const walked = [0];
  for (;;) {
    const next = nextCell(cells, walked.at(-1), "Enter");
    if (next === undefined) break;
    walked.push(next);
  }
  assert.deepEqual(walked, [0, 2, 3, 1, 4]);
});

test("arrows stay in their column or row, and lead nowhere at an edge", () => {
  assert.equal(nextCell(cells, 1, "ArrowDown"), 4);
  assert.equal(nextCell(cells, 4, "ArrowUp"), 1);
  assert.equal(nextCell(cells, 0, "ArrowUp"), undefined);
  assert.equal(nextCell(cells, 3, "ArrowRight"), 4);
  assert.equal(nextCell(cells, 2, "ArrowRight"), undefined);
  assert.equal(nextCell(cells, 2, "ArrowLeft"), undefined);
  assert.equal(nextCell(cells, 9, "Enter"), undefined);
});

test("a scan is many keys close together, and a person's typing is none", () => {
  const typed = (text, gap) => {
    const burst = new Burst();
    let at = 0;
    for (const key of text) burst.note(key, at += gap);
    return burst.ended(at + gap);
  };
  assert.equal(typed("A0000001S", 8), "A0000001S");
  assert.equal(typed("A0000001S", 90), undefined);
  assert.equal(typed("4.1", 8), undefined, "too short for a code");
  const both = new Burst();
  both.note("4", 0);
  for (let at = 0; at < 9; at += 1) both.note("A0000001S"[at], 500 + at * 5);
  assert.equal(both.ended(545), "A0000001S", "what was typed before it is no part of it");
});
