// The worker is a classic script, as a shared worker has to be where modules are not known: it is run here in a world of its own, with a clock that
// stands until it is moved and an event stream that says what it is told to.
import test from "node:test";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import vm from "node:vm";

const script = await readFile(new URL("./live-worker.js", import.meta.url), "utf8");

class World {
  now = 0;
  streams = [];
  heard = [];
  #timers = [];

  constructor() {
    const world = this;
    class EventSource {
      static CLOSED = 2;
      readyState = 1;
      listeners = {};
      constructor() { world.streams.push(this); }
      addEventListener(name, does) { this.listeners[name] = does; }
      close() { this.readyState = EventSource.CLOSED; }
      says(versions) { this.listeners.versions({ data: JSON.stringify(versions) }); }
    }
    const self = { addEventListener: (name, does) => { this.connect = does; } };
    const timer = (repeats) => (does, millis) => this.#timers.push({ does, due: this.now + millis, every: repeats ? millis : null });
    vm.runInNewContext(script, {
      self, EventSource, Date: { now: () => this.now }, setInterval: timer(true), setTimeout: timer(false),
    });
    this.port = { addEventListener: () => {}, start: () => {}, postMessage: (message) => this.heard.push(message) };
    this.connect({ ports: [this.port] });
  }

  /** Moves the clock and does what falls due, in order. */
  pass(millis) {
    const end = this.now + millis;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.due <= end).sort((one, other) => one.due - other.due)[0];
      if (!next) break;
      this.now = next.due;
      if (next.every) next.due += next.every; else this.#timers.splice(this.#timers.indexOf(next), 1);
      next.does();
    }
    this.now = end;
  }

  get connected() {
    return this.heard.at(-1).connected;
  }

  get stream() {
    return this.streams.at(-1);
  }
}

test("a line that falls silent without closing is called lost, and another is tried", () => {
  const world = new World();
  world.stream.says({ results: 1 });
  assert.equal(world.connected, true);
  world.pass(60_000);
  assert.equal(world.connected, false);
  assert.equal(world.streams[0].readyState, 2, "the dead stream is given up");
  assert.equal(world.streams.length, 2);
  world.stream.says({ results: 2 });
  assert.equal(world.connected, true);
  assert.deepEqual({ ...world.heard.at(-1).versions }, { results: 2 });
});

test("a quiet laboratory whose server says something every 15 seconds stays connected", () => {
  const world = new World();
  for (let beats = 0; beats < 40; beats += 1) {
    world.stream.says({ results: 1 });
    world.pass(15_000);
    assert.equal(world.connected, true);
  }
  assert.equal(world.streams.length, 1);
});

test("the server's heartbeat comes well before the silence that counts as lost", async () => {
  const events = await readFile(new URL("../src/events.rs", import.meta.url), "utf8");
  const heartbeat = Number(/HEARTBEAT: Duration = Duration::from_secs\((\d+)\)/.exec(events)[1]) * 1_000;
  const silence = Number(/SILENCE_MILLIS = (\d+)/.exec(script)[1]);
  assert.ok(heartbeat * 2 < silence, `one lost beat of ${heartbeat} ms must not be a lost line of ${silence} ms`);
});

test("a stream the server refused is asked for again after a while", () => {
  const world = new World();
  world.stream.readyState = 2;
  world.stream.listeners.error();
  assert.equal(world.connected, false);
  world.pass(5_000);
  assert.equal(world.streams.length, 2);
});
