// Whether a page that shows `shown` must be fetched again, given what the stream says. No DOM here: tested under node.
"use strict";

/** Topics of a page, from its attribute "results 12 tasks 4" to {results: 12, tasks: 4}. */
export function readVersions(text) {
  const versions = {};
  const words = (text ?? "").trim().split(/\s+/);
  for (let at = 0; at + 1 < words.length; at += 2) {
    const version = Number(words[at + 1]);
    if (Number.isSafeInteger(version)) versions[words[at]] = version;
  }
  return versions;
}

/** True where any topic of the page stands at another version than the one shown: also after a restart, when numbers begin anew. */
export function isStale(shown, told) {
  return Object.entries(shown).some(([topic, version]) => topic in told && told[topic] !== version);
}
