// What somebody typed into a form and how often a page says that somebody is here. No DOM here: tested under node.
"use strict";

/** Milliseconds between two words of a page that somebody is at it: well within the time after which it would be locked. */
export function pingEvery(lockAfterSeconds) {
  return Math.min(20, lockAfterSeconds / 4) * 1000;
}

/** Whether a field stands otherwise than the page gave it. */
function isTyped(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected) && hasDefault(field);
  return field.value !== field.defaultValue;
}

/** A list of which nothing is chosen beforehand stands at its first line without anybody's doing. */
function hasDefault(field) {
  return [...field.options].some((option) => option.defaultSelected) || field.selectedIndex > 0;
}

/** Names and values of a form's fields if somebody typed into it, else nothing; nothing at all of a form that asks for a password. */
export function typedFields(elements) {
  const fields = [...elements].filter((field) => field.name && field.type !== "submit" && field.type !== "button");
  if (fields.some((field) => field.type === "password")) return [];
  const visible = fields.filter((field) => field.type !== "hidden");
  if (!visible.some(isTyped)) return [];
  const counts = (field) => (field.type !== "checkbox" && field.type !== "radio") || field.checked;
  return visible.filter(counts).map((field) => [field.name, field.value]);
}
