// Other people's HL7 clients against a running demonstration: they place, change and cancel orders and merge patients. The messages are our own.
//
// The clients are fetched for the run: `hl7` (its mllp_send) from PyPI, `node-hl7-client` from npm. What cannot be fetched is skipped, and says so.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { Laboratory } from "../browser/harness/laboratory.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
/** The edition of the Python client that was tried. */
const PYTHON_CLIENT = "hl7==0.4.5";
const FETCH_WAIT_MAX_MS = 120_000;
const ANSWER_WAIT_MAX_MS = 30_000;
/** Numbers that no other run on this laboratory uses. */
const RUN = process.pid;

let laboratory;
let pythonFolder;

before(async () => {
  laboratory = await Laboratory.start();
  pythonFolder = mkdtempSync(path.join(os.tmpdir(), "benchside-hl7-"));
});

after(async () => {
  rmSync(pythonFolder, { recursive: true, force: true });
  await laboratory.stop();
});

let messages = 0;

/** A message of a ward's system; its segments as HL7 divides them. */
function message(kind, ...segments) {
  messages += 1;
  const header = `MSH|^~\\&|WARDS|NORTH|LIS|LAB|20261122100000||${kind}|${RUN}-${messages}|P|2.5.1`;
  return [header, ...segments].join("\r") + "\r";
}

const patient = (number, family) => `PID|1||${RUN}-${number}^^^NORTH^MR||${family}^Ada||19800229|F`;
const order = (control, number, rest = "") => `ORC|${control}|${RUN}-${number}^WARDS${rest}`;
const service = (number, code) => `OBR|1|${RUN}-${number}^WARDS||${code}^^L`;

/** The fields of the first segment of this name in an answer. */
function segment(answer, name) {
  const found = answer.split("\r").find((line) => line.startsWith(name));
  assert.ok(found, `no ${name} in ${answer}`);
  return found.split("|");
}

/** What every client is asked to do, and what the laboratory has to make of it. */
async function tells(send, mark) {
  const taken = async (text) => {
    const answer = await send(text);
    assert.equal(segment(answer, "MSA")[1], "AA", answer);
    return answer;
  };

  const placed = await taken(message("ORM^O01", patient(`${mark}1`, "Brown"), order("NW", `${mark}-K`), service(`${mark}-K`, "K")));
  assert.equal(segment(placed, "ORC")[1], "OK");
  const accession = segment(placed, "ORC")[3].split("^")[0];
  const { status, body } = await laboratory.ask("GET", `/api/v1/orders/${accession}`);
  assert.equal(status, 200, "the accession number in the answer is the one the API knows");
  assert.match(JSON.stringify(body), /"K"/);
  assert.ok(JSON.stringify(body).includes(segment(placed, "OBR")[20].trim()), "the container's code is in the answer");

  // Something due later, so that nobody has measured it before it is cancelled.
  const later = `${service(`${mark}-NA`, "TSH")}|||20991231080000+0000`;
  await taken(message("OML^O21", patient(`${mark}1`, "Brown"), order("NW", `${mark}-NA`), later));
  const changed = await taken(message("ORM^O01", order("XO", `${mark}-NA`, "|||||^^^^^S")));
  assert.equal(segment(changed, "ORC")[1], "XR");
  const refused = await send(message("ORM^O01", patient(`${mark}1`, "Brown"), order("NW", `${mark}-NA`), service(`${mark}-NA`, "TSH")));
  assert.equal(segment(refused, "MSA")[1], "AE", "the number was used before");
  assert.equal(segment(refused, "ERR")[3].split("^")[0], "205");

  const gone = await taken(message("ADT^A28", "EVN|A28|20261122100000", patient(`${mark}2`, "Brown")));
  assert.equal(segment(gone, "MSH")[8], "ACK^A28^ACK");
  await taken(message("ADT^A40", "EVN|A40|20261122110000", patient(`${mark}1`, "Brown"), `MRG|${RUN}-${mark}2^^^NORTH^MR`));
  // An order under the number that is gone is placed for the one that goes on.
  const after = await taken(message("ORM^O01", patient(`${mark}2`, "Brown"), order("NW", `${mark}-CL`), service(`${mark}-CL`, "CL")));
  const found = await laboratory.ask("GET", `/api/v1/orders/${segment(after, "ORC")[3].split("^")[0]}`);
  assert.ok(JSON.stringify(found.body).includes(`${RUN}-${mark}1`), JSON.stringify(found.body));

  // The same message again: the same answer, byte for byte.
  const again = message("ADT^A31", "EVN|A31|20261122120000", patient(`${mark}1`, "Brown"));
  assert.equal(await taken(again), await taken(again));
}

test("a plain socket, for comparison", async () => {
  const [host, port] = laboratory.note.mllp.split(":");
  const send = (text) =>
    new Promise((resolve, reject) => {
      let heard = Buffer.alloc(0);
      const socket = net.connect({ host, port: Number(port) }, () => socket.write(`\x0B${text}\x1C\r`));
      socket.setTimeout(ANSWER_WAIT_MAX_MS, () => socket.destroy(new Error("no answer in time")));
      socket.on("data", (bytes) => {
        heard = Buffer.concat([heard, bytes]);
        if (heard.at(-2) === 0x1c && heard.at(-1) === 0x0d) socket.end(() => resolve(heard.subarray(1, -2).toString()));
      });
      socket.on("error", reject);
    });
  await tells(send, "S");
});

/** Where the client of Python lies once it was fetched; words why it does not. */
function fetchPythonClient() {
  const ran = spawnSync("python3", ["-m", "pip", "install", "--quiet", "--target", pythonFolder, PYTHON_CLIENT], { timeout: FETCH_WAIT_MAX_MS });
  if (ran.error || ran.status !== 0) return `${PYTHON_CLIENT} cannot be fetched: ${ran.error?.message ?? ran.stderr}`;
  return null;
}

test("mllp_send of the Python package hl7", async (context) => {
  const missing = fetchPythonClient();
  if (missing) return context.skip(missing);
  const [host, port] = laboratory.note.mllp.split(":");
  const send = async (text) => {
    // The program takes framed messages out of a file, and prints the answer as it came.
    const file = path.join(pythonFolder, "message.hl7");
    writeFileSync(file, `\x0B${text}\x1C\r`);
    const program = "from hl7.client import mllp_send; mllp_send()";
    const env = { ...process.env, PYTHONPATH: pythonFolder };
    const ran = spawnSync("python3", ["-c", program, "--port", port, "--file", file, host], { env, timeout: ANSWER_WAIT_MAX_MS });
    assert.equal(ran.status, 0, `${ran.stderr}`);
    return `${ran.stdout}`.replace(/^.*?\x0B/s, "").replace(/\x1C[\s\S]*$/, "");
  };
  await tells(send, "P");
});

test("node-hl7-client", async (context) => {
  let library;
  try {
    library = createRequire(import.meta.url)("node-hl7-client");
  } catch (error) {
    return context.skip(`node-hl7-client is not installed (npm ci in ${path.relative(process.cwd(), HERE)}): ${error.message}`);
  }
  const { Client, Message } = library;
  const [host, port] = laboratory.note.mllp.split(":");
  const client = new Client({ host });
  let heard;
  const connection = client.createConnection({ port: Number(port) }, async (response) => heard?.(response.getMessage().toString()));
  context.after(() => connection.close());
  const send = (text) => {
    const answered = new Promise((resolve, reject) => {
      heard = resolve;
      setTimeout(() => reject(new Error("no answer in time")), ANSWER_WAIT_MAX_MS).unref();
    });
    return connection.sendMessage(new Message({ text: text.trimEnd() })).then(() => answered);
  };
  await tells(send, "N");
});
