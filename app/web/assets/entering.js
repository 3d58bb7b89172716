// Typing results: what it would come to is asked while one types, keys go from cell to cell, and what nobody has sent yet survives a reload.
// Everything works without this file; the server decides when the form is sent.
import { Burst, nextCell } from "./moves.js";

const ASK_AFTER_MILLIS = 250;
const KEPT = "benchside-typed";

/** Looks after the fields of the page on which it is loaded. */
export function enterResults() {
  const fields = [...document.querySelectorAll("[data-typed]")];
  forgetWhatIsKept();
  for (const field of fields) {
    recall(field);
    field.addEventListener("input", () => { keep(field); ask(field); });
  }
  const form = document.querySelector("[data-worksheet]");
  if (form) worksheet(form);
  else for (const field of document.querySelectorAll("form[data-entry-form] :is(#typed, #again)")) one(field);
  for (const leave of document.querySelectorAll("form[action='/sign-out']")) leave.addEventListener("submit", () => sessionStorage.clear());
}

// What was typed and not sent, by who typed it, container and test; gone with the tab.
const keyOf = (container, test) => [KEPT, document.querySelector("[data-staff]")?.textContent ?? "", container, test].join("|");

function keep(field) {
  const key = keyOf(field.dataset.container, field.dataset.test);
  if (field.value === "") sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, field.value);
}

function recall(field) {
  const kept = sessionStorage.getItem(keyOf(field.dataset.container, field.dataset.test));
  if (kept !== null && field.value === "") field.value = kept;
  if (field.value !== "") ask(field);
}

/** What stands in the database is shown again here: it need not be kept any more. */
function forgetWhatIsKept() {
  for (const row of document.querySelectorAll("[data-verify-row]")) sessionStorage.removeItem(keyOf(row.dataset.container, row.dataset.test));
}

const asking = new WeakMap();

function ask(field) {
  const former = asking.get(field);
  clearTimeout(former?.timer);
  const turn = { number: (former?.number ?? 0) + 1 };
  turn.timer = setTimeout(() => look(field, turn), ASK_AFTER_MILLIS);
  asking.set(field, turn);
}

async function look(field, turn) {
  const said = field.parentElement.querySelector("[data-said]");
  if (!said) return;
  if (field.value.trim() === "") { say(said, null); return; }
  const { container, test } = field.dataset;
  try {
    const answer = await fetch(`/results/look?${new URLSearchParams({ container, test, typed: field.value })}`, { redirect: "error" });
    // An answer to what stands there no longer is none.
    if (asking.get(field) !== turn) return;
    say(said, answer.ok ? await answer.json() : null);
  } catch {
    if (asking.get(field) === turn) say(said, null);
  }
}

function say(place, line) {
  place.replaceChildren();
  delete place.dataset.kind;
  if (!line) return;
  place.dataset.kind = !line.taken ? "refused" : line.critical ? "critical" : line.words.length > 0 || !["", "N"].includes(line.flag) ? "unusual" : "fine";
  if (line.taken) {
    const value = document.createElement("strong");
    const sign = { L: "↓ ", LL: "⇊ ", H: "↑ ", HH: "⇈ ", A: "≠ " }[line.flag] ?? "";
    value.textContent = `${line.critical ? "⇕ CRIT " : ""}${sign}${line.reported} ${line.unit}${line.flag && line.flag !== "N" ? ` ${line.flag}` : ""}`;
    place.append(value);
  }
  for (const words of line.words) {
    const span = document.createElement("span");
    span.textContent = words;
    place.append(place.hasChildNodes() ? " · " : "", span);
  }
}

function worksheet(form) {
  const fields = [...form.querySelectorAll("[data-typed], [data-again]")];
  const cells = fields.map((field) => {
    const cell = field.closest("td");
    return { row: cell.parentElement.sectionRowIndex, column: Number(cell.dataset.column) };
  });
  const burst = new Burst();
  let before = "";
  form.addEventListener("keydown", (event) => {
    const at = fields.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key.length === 1) {
      const length = burst.note(event.key, event.timeStamp);
      if (length === 1) before = event.target.value;
      return;
    }
    if (event.key === "Enter") {
      event.preventDefault();
      const scan = burst.ended(event.timeStamp);
      if (scan !== undefined) { scanned(form, fields[at], before, scan); return; }
    } else if (!event.key.startsWith("Arrow") || movesInside(event)) {
      return;
    }
    const next = nextCell(cells, at, event.key);
    if (next !== undefined) { event.preventDefault(); fields[next].focus(); fields[next].select(); }
    else if (event.key === "Enter") form.querySelector("button[type=submit]").focus();
  });
  form.addEventListener("input", () => progress(form, fields));
  progress(form, fields);
  fields.find((field) => field.value === "" || field.matches("[data-again]"))?.focus();
  for (const button of form.querySelectorAll("[data-fill]")) {
    button.hidden = false;
    button.addEventListener("click", () => fill(form, fields, button));
  }
}

/** The field of a single result: it has the keys from the first one on, and a scan is not typed into it. */
function one(field) {
  const burst = new Burst();
  let before = field.value;
  field.focus();
  field.addEventListener("keydown", (event) => {
    if (event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) {
      if (burst.note(event.key, event.timeStamp) === 1) before = field.value;
    } else if (event.key === "Enter") {
      const scan = burst.ended(event.timeStamp);
      if (scan !== undefined) { event.preventDefault(); scanned(field.form, field, before, scan); }
    }
  });
}

/** An arrow to the side stays in the field while there is something to go to in it. */
function movesInside({ key, target }) {
  if (key === "ArrowLeft") return target.selectionStart > 0;
  if (key === "ArrowRight") return target.selectionEnd < target.value.length;
  return false;
}

/** A scan never types: the field gets back what stood in it, and the container's row is gone to. */
function scanned(form, field, before, code) {
  field.value = before;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const row = form.querySelector(`tr[data-container="${CSS.escape(code.toUpperCase())}"]`);
  const there = row && [...row.querySelectorAll("[data-typed], [data-again]")];
  if (there) { (there.find((one) => one.value === "") ?? there[0])?.focus(); return; }
  const find = document.querySelector("#find");
  if (find) { find.value = code; find.form.requestSubmit(); }
}

function progress(form, fields) {
  const filled = fields.filter((field) => field.value.trim() !== "").length;
  const place = form.querySelector("[data-progress]");
  if (place) place.textContent = `${filled} of ${fields.length} typed`;
}

/** Fills what is empty in a column with its normal finding, after naming the rows once. */
function fill(form, fields, button) {
  const dialog = document.querySelector("[data-fill-dialog]");
  const empty = fields.filter((field) => field.matches("[data-typed]") && field.closest("td").dataset.column === button.dataset.column && field.value.trim() === "");
  if (empty.length === 0) return;
  const rows = empty.map((field) => field.closest("tr"));
  dialog.querySelector("[data-fill-words]").textContent = `${button.dataset.name}: ${button.dataset.fill}, ${rows.length} rows`;
  dialog.querySelector("[data-fill-rows]").replaceChildren(...rows.map((row) => {
    const line = document.createElement("li");
    line.textContent = `${row.dataset.container} · ${row.dataset.patient}`;
    return line;
  }));
  dialog.returnValue = "";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "fill") return;
    for (const field of empty) {
      field.value = button.dataset.fill;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    form.querySelector("button[type=submit]").focus();
  }, { once: true });
  dialog.showModal();
}
