// The sending side of a LIS2 (ASTM E1381) link, as an analyser plays it: ENQ, one frame after the other, each acknowledged, EOT.
// Written apart from the product, so that a misunderstanding there is not repeated here.
import net from "node:net";

export const STX = 0x02;
export const ETX = 0x03;
export const EOT = 0x04;
export const ENQ = 0x05;
export const ACK = 0x06;
export const NAK = 0x15;
export const ETB = 0x17;
const CR = 0x0d;
const LF = 0x0a;

/** How long a sender waits for an answer: 15 s in the standard. */
const ANSWER_WAIT_MAX_MS = 15_000;
/** How often one frame is sent again before the sender gives up. */
const RESENDS_MAX = 6;
/** How often a busy receiver is asked again. */
const ENQUIRIES_MAX = 10;
const BUSY_PAUSE_MS = 250;

/** Sum of the bytes modulo 256, as two upper-case hexadecimal digits. */
export function checksum(bytes) {
  const sum = bytes.reduce((total, byte) => (total + byte) % 256, 0);
  return sum.toString(16).toUpperCase().padStart(2, "0");
}

/** The frames of a capture byte for byte as they stand, ENQ and EOT left out. */
export function framesOf(capture) {
  const frames = [];
  let begin = capture.indexOf(STX);
  while (begin !== -1) {
    const next = capture.indexOf(STX, begin + 1);
    const end = next === -1 ? capture.length : next;
    frames.push(capture.subarray(begin, withoutControls(capture, begin, end)));
    begin = next;
  }
  return frames;
}

function withoutControls(capture, begin, end) {
  let last = end;
  while (last > begin && [ENQ, EOT, ACK].includes(capture[last - 1])) last -= 1;
  return last;
}

/** The records of framed bytes, in order; a record cut between two frames is put together again. */
export function recordsOf(capture) {
  const texts = framesOf(capture).map((frame) => {
    const ends = [frame.indexOf(ETX), frame.indexOf(ETB)].filter((at) => at !== -1);
    if (ends.length === 0) throw new Error(`a frame has no ETX or ETB: ${JSON.stringify(frame.toString("latin1"))}`);
    return frame.subarray(2, Math.min(...ends)).toString("latin1");
  });
  return texts.join("").split("\r").filter((record) => record !== "");
}

/** Frames of records, one record each: ETB on all but the last, numbers 1 to 7, then 0. */
export function frame(records) {
  return records.map((record, at) => {
    const last = at === records.length - 1;
    const body = Buffer.concat([Buffer.from(`${(at + 1) % 8}${record}\r`, "utf8"), Buffer.from([last ? ETX : ETB])]);
    return Buffer.concat([Buffer.from([STX]), body, Buffer.from(checksum(body), "ascii"), Buffer.from([CR, LF])]);
  });
}

/** The c 111's number for potassium. */
const POTASSIUM_CODE = "990";

/** Frames of one upload with a potassium of a container, measured now. */
export function potassiumFor(container, value, operator) {
  return frame(c111Message({ specimen: container, readings: [{ code: POTASSIUM_CODE, value, unit: "mmol/L" }], at: deviceTime(new Date()), operator }));
}

/** An instant as a device writes it: local, without a zone. */
function deviceTime(instant) {
  const two = (number) => String(number).padStart(2, "0");
  const date = `${instant.getFullYear()}${two(instant.getMonth() + 1)}${two(instant.getDate())}`;
  return `${date}${two(instant.getHours())}${two(instant.getMinutes())}${two(instant.getSeconds())}`;
}

let uploads = 0;

/** One upload as a cobas c 111 makes it. `operator` stands in each result, as the device states it. */
export function c111Message({ specimen, readings, at, operator = "$SYS$" }) {
  uploads += 1;
  const results = readings.flatMap(({ code, value, unit }, index) => [
    `R|${index + 1}|^^^${code}|${value}|${unit}||N||F||${operator}||${at}`,
    "C|1|I||I",
  ]);
  const header = `H|\\^&|||Maker^Roche^c111^4.2.2.1730^1^13147|||||host|RSUPL^REAL|P|1|${at}`;
  const order = `O|1||${specimen}^^${uploads}||S||||||N|||||||||||${at}|||F`;
  return [header, "P|1||", order, ...results, "L|1|N"];
}

/** Sends frames over a connection of its own; resolves when the last one is acknowledged, rejects when the receiver does not take them. */
export async function send(address, frames, { answerWaitMs = ANSWER_WAIT_MAX_MS } = {}) {
  const wire = await Wire.open(address, answerWaitMs);
  try {
    await enquire(wire);
    let resent = 0;
    for (const [at, one] of frames.entries()) resent += await deliver(wire, one, at + 1);
    wire.write(Buffer.from([EOT]));
    return { frames: frames.length, resent };
  } finally {
    await wire.close();
  }
}

async function enquire(wire) {
  for (let tries = 0; tries < ENQUIRIES_MAX; tries += 1) {
    wire.write(Buffer.from([ENQ]));
    const answer = await wire.answer("ENQ");
    if (answer === ACK) return;
    if (answer !== NAK) throw new Error(`ENQ was answered with byte ${answer}, not with ACK or NAK`);
    await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
  }
  throw new Error(`the receiver was busy ${ENQUIRIES_MAX} times`);
}

async function deliver(wire, one, number) {
  for (let resent = 0; resent <= RESENDS_MAX; resent += 1) {
    wire.write(one);
    const answer = await wire.answer(`frame ${number}`);
    // EOT asks the sender to make way when it can; the frame was taken.
    if (answer === ACK || answer === EOT) return resent;
    if (answer !== NAK) throw new Error(`frame ${number} was answered with byte ${answer}, not with ACK or NAK`);
  }
  throw new Error(`frame ${number} was refused ${RESENDS_MAX + 1} times`);
}

/** A connection whose bytes are read one at a time. */
class Wire {
  #socket;
  #bytes = [];
  #waiting = null;
  #ended = null;
  #waitMs;

  static open(address, waitMs) {
    const at = address.lastIndexOf(":");
    const socket = net.connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
    return new Promise((resolve, reject) => {
      socket.once("error", (error) => reject(new Error(`${address}: ${error.message}`)));
      socket.once("connect", () => resolve(new Wire(socket, waitMs)));
    });
  }

  constructor(socket, waitMs) {
    this.#socket = socket;
    this.#waitMs = waitMs;
    socket.setNoDelay(true);
    socket.on("data", (data) => { this.#bytes.push(...data); this.#wake(); });
    socket.on("error", (error) => { this.#ended ??= error.message; this.#wake(); });
    socket.on("close", () => { this.#ended ??= "the receiver closed the connection"; this.#wake(); });
  }

  #wake() {
    this.#waiting?.();
    this.#waiting = null;
  }

  write(bytes) {
    this.#socket.write(bytes);
  }

  async answer(to) {
    const end = Date.now() + this.#waitMs;
    while (this.#bytes.length === 0) {
      if (this.#ended !== null) throw new Error(`${to} was not answered: ${this.#ended}`);
      const left = end - Date.now();
      if (left <= 0) throw new Error(`${to} was not answered within ${this.#waitMs} ms`);
      await this.#somethingHappens(left);
    }
    return this.#bytes.shift();
  }

  #somethingHappens(left) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, left);
      this.#waiting = () => { clearTimeout(timer); resolve(); };
    });
  }

  close() {
    return new Promise((resolve) => { this.#socket.end(resolve); });
  }
}
