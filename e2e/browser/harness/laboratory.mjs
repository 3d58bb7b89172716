// A laboratory of its own, a demonstration or one as an operator makes it: started on free ports in a temporary folder, stopped and removed afterwards.
import { execFile, spawn } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import readline from "node:readline";
import { promisify } from "node:util";
import { BINARY, TEMPORARY } from "./places.mjs";
import { send } from "./lis2.mjs";

const READY_WAIT_MAX_MS = 60_000;
const STOP_WAIT_MAX_MS = 30_000;
/** The virtual day runs faster, so that an analyser's next result is seconds away. */
const SPEED = "20";
/** The same virtual patients in every run. */
const SEED = "7";

export class Laboratory {
  #child;
  #folder;
  #ended;

  /** What demo.json says: http, links, accounts, token. */
  note;

  static async start() {
    const laboratory = new Laboratory();
    await laboratory.#start();
    return laboratory;
  }

  /** A laboratory of its own as an operator makes one, with more lines in its configuration; its note has the accounts that `init` printed. */
  static async made(configuration) {
    const laboratory = new Laboratory();
    await laboratory.#make(configuration);
    return laboratory;
  }

  async #make(configuration) {
    this.#folder = await mkdtemp(path.join(TEMPORARY, "benchside-browser-"));
    const { user, password, role, token } = JSON.parse(await this.operate("init", "--realm", "training", "--json"));
    await appendFile(path.join(this.#folder, "benchside.toml"), configuration);
    const line = await this.#run(["serve", "--http", "127.0.0.1:0", "--data", this.#folder]);
    this.note = { http: line.match(/http=(\S+)/)[1], accounts: [{ user, password, role }], token, links: [] };
  }

  /** Runs a command of the program on this laboratory; resolves with what it printed. */
  async operate(...words) {
    const { stdout } = await promisify(execFile)(BINARY, [...words, "--data", this.#folder]);
    return stdout;
  }

  /** Makes somebody; resolves with their one-time password. */
  async newcomer(user, displayName, role) {
    const printed = await this.operate("user", "add", user, "--display-name", displayName, "--role", role);
    return { user, password: printed.match(/^password (\S+)$/m)[1], role };
  }

  async #start() {
    this.#folder = await mkdtemp(path.join(TEMPORARY, "benchside-browser-"));
    await this.#run(["demo", "--http", "127.0.0.1:0", "--data", this.#folder, "--seed", SEED, "--speed", SPEED]);
    this.note = JSON.parse(await readFile(path.join(this.#folder, "demo.json"), "utf8"));
  }

  /** Runs the program until it says that it is ready; resolves with that line. */
  async #run(words) {
    this.#child = spawn(BINARY, words, { stdio: ["ignore", "pipe", "inherit"] });
    // However this process ends, the laboratory goes with it.
    process.once("exit", () => this.#child.kill("SIGKILL"));
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => resolve(`cannot be started: ${error.message} (build it with: cargo build --release)`));
      this.#child.once("exit", (code, signal) => resolve(code ?? signal));
    });
    return this.#ready();
  }

  async #ready() {
    const lines = readline.createInterface({ input: this.#child.stdout });
    const said = new Promise((resolve) => lines.on("line", (line) => line.startsWith("ready ") && resolve(line)));
    const outcome = await Promise.race([said, this.#ended, late(READY_WAIT_MAX_MS)]);
    if (!String(outcome).startsWith("ready ")) throw new Error(`${BINARY} printed no line \`ready\`: ${outcome}`);
    return outcome;
  }

  /** Tells it to stop; resolves with its exit code. */
  async stop() {
    this.#child.kill("SIGTERM");
    const outcome = await Promise.race([this.#ended, late(STOP_WAIT_MAX_MS)]);
    if (outcome !== 0) this.#child.kill("SIGKILL");
    await rm(this.#folder, { recursive: true, force: true });
    return outcome;
  }

  get origin() {
    return `http://${this.note.http}`;
  }

  /** Asks the API with the token; resolves with status and decoded body. */
  async ask(method, where, body) {
    const headers = { Authorization: `Bearer ${this.note.token}`, "Content-Type": "application/json" };
    const answer = await fetch(`${this.origin}${where}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
  }

  /** Places an order for a potassium; resolves with accession, containers and the code of the first. */
  orderPotassium(patient = {}) {
    return this.order(["K"], patient);
  }

  /** The same for other tests. The simulated analysers measure chemistry within seconds; a haemoglobin waits for ever. */
  async order(tests, patient = {}) {
    orders += 1;
    const person = { mrn: `E2E-${process.pid}-${orders}`, family_name: "Brown", given_name: "Ada", birth_date: "1980-02-29", sex: "F", ...patient };
    const { status, body } = await this.ask("POST", "/api/v1/orders", { patient: person, tests, priority: "routine" });
    if (status !== 201) throw new Error(`the order was answered ${status}: ${JSON.stringify(body)}`);
    return { accession: body.accession, container: body.containers[0].code, containers: body.containers, patient: person };
  }

  /** Results filed for a container, as the API tells them; none where it is not known. */
  async results(container) {
    const { status, body } = await this.ask("GET", `/api/v1/containers/${encodeURIComponent(container)}/results`);
    return status === 200 ? body.results : [];
  }

  /** Sends frames to the first link, as its analyser would. */
  transmit(frames) {
    return send(this.note.links[0].address, frames);
  }
}

let orders = 0;

function late(ms) {
  return new Promise((resolve) => {
    // Must not keep the process alive by itself.
    setTimeout(() => resolve(`not within ${ms} ms`), ms).unref();
  });
}
