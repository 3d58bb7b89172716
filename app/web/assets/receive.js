// The receiving bench: scans are sent one after the other without leaving the page, each answered with a tone. Without this file every scan is a
// plain form, answered by the same page.
const bench = document.querySelector("[data-receive]");
const field = bench.querySelector("[data-scan-field]");
const answer = bench.querySelector("#answer");
const before = bench.querySelector("[data-before]");
const sound = bench.querySelector("#sound");
const KEPT = "benchside-receive-sound";
/** Lines of what was scanned before. */
const BEFORE_MAX = 30;
/** Frequency and beats of each verdict: told apart with closed eyes. */
const TONES = { pass: [[880, 0.09]], check: [[587, 0.12], [587, 0.12]], stop: [[196, 0.22], [165, 0.35]], rejected: [[330, 0.12], [247, 0.2]] };

sound.checked = localStorage.getItem(KEPT) !== "off";
sound.addEventListener("change", () => {
  localStorage.setItem(KEPT, sound.checked ? "on" : "off");
  field.focus();
});

let audio;
function play(verdict) {
  if (!sound.checked || !TONES[verdict]) return;
  audio ??= new AudioContext();
  let at = audio.currentTime;
  for (const [frequency, seconds] of TONES[verdict]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.type = verdict === "pass" ? "sine" : "square";
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.15, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + seconds);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + seconds);
    at += seconds + 0.04;
  }
}

// A scanner does not wait: what it reads meanwhile is sent afterwards, in its order.
const waiting = [];
let sending = false;

async function sendNext() {
  const body = waiting.shift();
  if (!body) return;
  sending = true;
  let fresh;
  try {
    const sent = await fetch("/receive", { method: "POST", body });
    if (new URL(sent.url).pathname !== "/receive") { location.reload(); return; }
    fresh = new DOMParser().parseFromString(await sent.text(), "text/html").querySelector("#answer");
  } catch {
    fresh = undefined;
  }
  keep();
  answer.replaceChildren(...(fresh ? fresh.childNodes : [lost(body)]));
  play(answer.querySelector("[data-verdict]")?.dataset.verdict ?? "stop");
  sending = false;
  if (!answer.querySelector("input:focus")) field.focus();
  sendNext();
}

/** Nothing came back: nobody knows whether it was received, and scanning again tells. */
function lost(body) {
  const section = document.createElement("section");
  section.dataset.verdict = "stop";
  section.className = "answer";
  const words = document.createElement("p");
  words.className = "verdict stop";
  words.textContent = `✕ STOP: no answer for ${body.get("code")}; scan it again`;
  section.append(words);
  return section;
}

function send(body) {
  waiting.push(body);
  if (!sending) sendNext();
}

/** What was answered before moves into the list below. */
function keep() {
  const last = answer.querySelector("[data-verdict]");
  if (!last) return;
  const line = document.createElement("li");
  const parts = last.querySelectorAll(".verdict > *, .who-it-is");
  line.textContent = [...parts, { textContent: last.dataset.code ?? "" }].map((part) => part.textContent.trim()).filter(Boolean).join("  ");
  before.querySelector("ol").prepend(line);
  before.hidden = false;
  for (const old of [...before.querySelectorAll("li")].slice(BEFORE_MAX)) old.remove();
}

bench.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  if (form.matches("[data-scan-form]")) {
    if (body.get("code").trim() === "") return;
    field.value = "";
    // Each scan is a command of its own, and the same one if it is sent twice.
    body.set("command", crypto.randomUUID());
  }
  send(body);
});

// F8 and a letter reject, F9 says that what was asked was looked at. Never while words are being typed elsewhere.
document.addEventListener("keydown", (event) => {
  const panel = answer.querySelector("[data-reject]");
  if (event.key === "F8" && panel) {
    event.preventDefault();
    panel.open = !panel.open;
    (panel.open ? panel.querySelector("summary") : field).focus();
  } else if (event.key === "F9") {
    const agree = answer.querySelector("[data-key=F9]");
    if (agree) { event.preventDefault(); agree.click(); }
  } else if (event.key === "Escape") {
    for (const open of answer.querySelectorAll("details[open]")) open.open = false;
    field.focus();
  } else if (panel?.open && document.activeElement === panel.querySelector("summary") && !event.ctrlKey && !event.altKey && !event.metaKey) {
    const reason = panel.querySelector(`[data-letter="${CSS.escape(event.key.toLowerCase())}"]`);
    if (reason) { event.preventDefault(); event.stopPropagation(); reason.click(); }
  }
}, true);

// The field keeps the focus, unless something else is being filled in.
document.addEventListener("focusout", () => setTimeout(() => {
  const active = document.activeElement;
  if (active === document.body || active === null) field.focus();
}));
