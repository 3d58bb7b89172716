import test from "node:test";
import assert from "node:assert/strict";
import { pingEvery, typedFields } from "./typed.js";

const text = (name, value, defaultValue = "") => ({ name, type: "text", value, defaultValue });
const tick = (name, value, checked, defaultChecked = false) => ({ name, type: "checkbox", value, checked, defaultChecked });
const list = (name, chosen, given) => ({
  name,
  type: "select-one",
  value: chosen,
  selectedIndex: ["routine", "stat"].indexOf(chosen),
  options: ["routine", "stat"].map((value) => ({ selected: value === chosen, defaultSelected: value === given })),
});

test("a form in which nobody typed is none, whatever it was given", () => {
  assert.deepEqual(typedFields([text("mrn", "4711", "4711"), tick("tests", "K", true, true), list("priority", "routine", undefined)]), []);
  assert.deepEqual(typedFields([{ name: "command", type: "hidden", value: "new", defaultValue: "old" }]), []);
});

test("what is typed, ticked or chosen goes along with all that stands in the form", () => {
  const form = [
    { name: "command", type: "hidden", value: "1", defaultValue: "1" },
    text("mrn", "4711"),
    text("family_name", ""),
    tick("tests", "K", true),
    tick("tests", "NA", false),
    list("priority", "routine", undefined),
    { name: "", type: "submit", value: "Place" },
  ];
  assert.deepEqual(typedFields(form), [["mrn", "4711"], ["family_name", ""], ["tests", "K"], ["priority", "routine"]]);
  assert.equal(typedFields([tick("tests", "K", false, true), text("mrn", "")]).length, 1, "a tick taken away is typed too");
  assert.equal(typedFields([list("priority", "stat", undefined)]).length, 1);
  assert.equal(typedFields([list("priority", "routine", "stat")]).length, 1);
});

test("a form that asks for a password is left alone altogether", () => {
  assert.deepEqual(typedFields([text("note", "typed"), { name: "second_password", type: "password", value: "x", defaultValue: "" }]), []);
});

test("a page says that somebody is here well before it would be locked", () => {
  assert.equal(pingEvery(600), 20_000);
  assert.equal(pingEvery(10), 2_500);
});
