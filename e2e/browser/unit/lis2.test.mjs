// The analyser of the browser tests is itself tested: against bytes a real c 111 sent, and against a receiver that misbehaves.
import assert from "node:assert/strict";
import net from "node:net";
import test from "node:test";
import { ACK, ENQ, EOT, NAK, c111Message, checksum, frame, framesOf, recordsOf, send } from "../harness/lis2.mjs";

/** A receiver that answers each ENQ and each frame with the next byte of `answers`, then with ACK; keeps what it read. */
async function receiver(t, answers = []) {
  const heard = [];
  const server = net.createServer((socket) => {
    let pending = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      pending = Buffer.concat([pending, data]);
      for (let unit = take(); unit !== null; unit = take()) {
        heard.push(unit.toString("latin1"));
        if (unit[0] === EOT) continue;
        const answer = answers.length > 0 ? answers.shift() : ACK;
        if (answer === "hang up") socket.destroy();
        else if (answer !== "silence") socket.write(Buffer.from([answer]));
      }
    });
    function take() {
      const alone = pending[0] === ENQ || pending[0] === EOT;
      const length = alone ? 1 : pending.indexOf("\r\n") + 2;
      if (pending.length === 0 || length < 1 || (!alone && length === 1)) return null;
      const unit = pending.subarray(0, length);
      pending = pending.subarray(length);
      return unit;
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { address: `127.0.0.1:${server.address().port}`, heard };
}

test("the checksum is that of the standard's example arithmetic", () => {
  // "1" CR ETX: 0x31 + 0x0D + 0x03 = 0x41.
  assert.equal(checksum(Buffer.from("1\r\x03")), "41");
  // 256 times 1 is 0 modulo 256.
  assert.equal(checksum(Buffer.alloc(256, 1)), "00");
});

test("the checksum of a frame a c 111 sent is the one it sent", () => {
  assert.equal(checksum(Buffer.from("2P|1||\r\x17")), "4B");
  assert.equal(checksum(Buffer.from("7L|1|N\r\x03")), "0A");
});

test("frames carry their number, and ETX stands on the last alone", () => {
  const records = Array.from({ length: 9 }, (_, at) => `C|${at + 1}|I||I`);
  const frames = frame(records).map((one) => one.toString("latin1"));
  assert.deepEqual(frames.map((one) => one[1]), ["1", "2", "3", "4", "5", "6", "7", "0", "1"]);
  assert.deepEqual(frames.map((one) => one.includes("\x03")), [...Array(8).fill(false), true]);
  assert.ok(frames.every((one) => one.startsWith("\x02") && one.endsWith("\r\n")));
});

test("a capture gives its frames byte for byte and its records", () => {
  const records = c111Message({ specimen: "A0000001X", readings: [{ code: "990", value: "4.1", unit: "mmol/L" }], at: "20261121100000" });
  const frames = frame(records);
  const capture = Buffer.concat([Buffer.from([ENQ]), ...frames, Buffer.from([EOT])]);
  assert.deepEqual(framesOf(capture), frames);
  assert.deepEqual(recordsOf(capture), records);
});

test("a capture whose line ends lost their CR keeps them lost", () => {
  const capture = Buffer.from("\x021H|\\^&\r\x17E5\n\x022L|1|N\r\x0305\n", "latin1");
  assert.deepEqual(framesOf(capture).map((one) => one.length), [12, 12]);
  assert.deepEqual(recordsOf(capture), ["H|\\^&", "L|1|N"]);
});

test("a record cut between two frames is put together", () => {
  const capture = Buffer.from("\x021R|1|^^^9\x1700\r\n\x02290|4.1\r\x0300\r\n", "latin1");
  assert.deepEqual(recordsOf(capture), ["R|1|^^^990|4.1"]);
});

test("a message is sent frame by frame and ended", async (t) => {
  const { address, heard } = await receiver(t);
  const frames = frame(["H|\\^&", "L|1|N"]);
  assert.deepEqual(await send(address, frames), { frames: 2, resent: 0 });
  assert.deepEqual(heard.slice(0, 3), ["\x05", ...frames.map((one) => one.toString("latin1"))]);
});

test("a busy receiver is asked again and a refused frame is sent again", async (t) => {
  const { address, heard } = await receiver(t, [NAK, ACK, ACK, NAK, NAK, ACK]);
  const frames = frame(["H|\\^&", "L|1|N"]);
  assert.deepEqual(await send(address, frames), { frames: 2, resent: 2 });
  assert.deepEqual(heard.filter((unit) => unit.startsWith("\x022")).length, 3);
});

test("a receiver that never takes a frame is given up after six resends", async (t) => {
  const { address } = await receiver(t, [ACK, ...Array(7).fill(NAK)]);
  await assert.rejects(send(address, frame(["L|1|N"])), /frame 1 was refused 7 times/);
});

test("silence, nonsense and a closed connection are told apart", async (t) => {
  const silent = await receiver(t, ["silence"]);
  await assert.rejects(send(silent.address, frame(["L|1|N"]), { answerWaitMs: 50 }), /ENQ was not answered within 50 ms/);
  const odd = await receiver(t, [ACK, 0x41]);
  await assert.rejects(send(odd.address, frame(["L|1|N"])), /frame 1 was answered with byte 65/);
  const gone = await receiver(t, [ACK, "hang up"]);
  await assert.rejects(send(gone.address, frame(["L|1|N"])), /frame 1 was not answered/);
  await assert.rejects(send("127.0.0.1:1", frame(["L|1|N"])), /127\.0\.0\.1:1/);
});
