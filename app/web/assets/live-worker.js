// One event stream per browser, however many tabs are open: browsers allow six connections to a server, and a stream would hold one in
// every tab. The stream carries topics and versions only; pages fetch what they show.
"use strict";

const ports = new Set();
let versions = {};
let connected = false;
let source = null;

function tellAll(message) {
  for (const port of ports) port.postMessage(message);
}

function open() {
  source = new EventSource("/events");
  source.addEventListener("versions", (event) => {
    versions = { ...versions, ...JSON.parse(event.data) };
    connected = true;
    tellAll({ connected, versions });
  });
  source.addEventListener("error", () => {
    connected = false;
    tellAll({ connected, versions });
    // The browser reconnects by itself unless the server refused (signed out): then try again slowly.
    if (source.readyState === EventSource.CLOSED) setTimeout(open, 5000);
  });
}

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
