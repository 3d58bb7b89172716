// The relay must count right, or a test that relies on it proves nothing.
import assert from "node:assert/strict";
import http from "node:http";
import test from "node:test";
import { Relay } from "../harness/relay.mjs";
import { until } from "../harness/until.mjs";

async function serverWithStream(t) {
  const server = http.createServer((asked, answer) => {
    if (asked.url === "/events") {
      answer.writeHead(200, { "Content-Type": "text/event-stream" });
      answer.write("data: here\n\n");
    } else {
      answer.writeHead(asked.method === "POST" ? 201 : 200, { "Content-Type": "text/plain", "X-Host": asked.headers.host });
      asked.pipe(answer);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const relay = await Relay.start(`127.0.0.1:${server.address().port}`);
  t.after(async () => { await relay.stop(); server.closeAllConnections(); server.close(); });
  return relay;
}

test("requests pass both ways, the host stays the browser's", async (t) => {
  const relay = await serverWithStream(t);
  const answer = await fetch(`${relay.origin}/echo`, { method: "POST", body: "hello" });
  assert.equal(answer.status, 201);
  assert.equal(await answer.text(), "hello");
  assert.equal(`http://${answer.headers.get("x-host")}`, relay.origin);
  assert.equal(relay.opened, 0);
});

test("open event streams are counted, and closed ones are not", async (t) => {
  const relay = await serverWithStream(t);
  const leave = new AbortController();
  const first = await fetch(`${relay.origin}/events`, { signal: leave.signal });
  const second = await fetch(`${relay.origin}/events`);
  assert.match(Buffer.from((await second.body.getReader().read()).value).toString(), /here/);
  assert.equal(relay.streams, 2);
  leave.abort();
  await first.body.cancel().catch(() => {});
  await until("one stream is left", () => relay.streams === 1);
  assert.equal(relay.opened, 2);
});

test("waiting ends with the name of what did not come", async () => {
  await assert.rejects(until("the moon", () => false, 60), /not within 60 ms: the moon/);
});
