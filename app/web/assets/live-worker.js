// One event stream per browser, however many tabs are open: browsers allow six connections to a server, and a stream would hold one in
// every tab. The stream carries topics and versions only; pages fetch what they show.
"use strict";

const ports = new Set();
let versions = {};
let connected = false;
let source = null;
let heardAt = 0;

// The server says something every 15 seconds. A line that fell silent without closing (a switch, a wireless gap) must not go on being called live.
const SILENCE_MILLIS = 40000;

function tellAll(message) {
  for (const port of ports) port.postMessage(message);
}

function open() {
  source = new EventSource("/events");
  source.addEventListener("versions", (event) => {
    heardAt = Date.now();
    versions = { ...versions, ...JSON.parse(event.data) };
    connected = true;
    tellAll({ connected, versions });
  });
  // The session was locked or has ended: pages leave, and the next one asks anew.
  source.addEventListener("closed", () => {
    connected = false;
    source.close();
    tellAll({ closed: true });
    setTimeout(open, 5000);
  });
  source.addEventListener("error", () => {
    connected = false;
    tellAll({ connected, versions });
    // The browser reconnects by itself unless the server refused (signed out): then try again slowly.
    if (source.readyState === EventSource.CLOSED) setTimeout(open, 5000);
  });
}

setInterval(() => {
  if (!connected || Date.now() - heardAt < SILENCE_MILLIS) return;
  connected = false;
  tellAll({ connected, versions });
  source.close();
  open();
}, 5000);

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  ports.add(port);
  port.addEventListener("message", (message) => {
    if (message.data === "bye") ports.delete(port);
  });
  port.start();
  port.postMessage({ connected, versions });
  if (source === null) open();
});
