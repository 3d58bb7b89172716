import test from "node:test";
import assert from "node:assert/strict";
import { isStale, readVersions } from "./refresh.js";

test("versions are read from the attribute and nonsense is left out", () => {
  assert.deepEqual(readVersions("results 12 tasks 4"), { results: 12, tasks: 4 });
  assert.deepEqual(readVersions("results x tasks 4 odd"), { tasks: 4 });
  assert.deepEqual(readVersions(undefined), {});
});

test("a page is stale when one of its own topics moved", () => {
  assert.equal(isStale({ results: 3 }, { results: 4, tasks: 9 }), true);
  assert.equal(isStale({ results: 3 }, { results: 3, tasks: 9 }), false);
  assert.equal(isStale({ results: 3 }, {}), false);
});

test("a server that began anew at a lower number makes the page stale too", () => {
  assert.equal(isStale({ results: 300 }, { results: 1 }), true);
});
