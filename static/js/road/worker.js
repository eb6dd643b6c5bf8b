// The service worker. In front of this text stands `const setup = {version, files, static, list, noSignal}`.
//
// Two kinds of caches: "static-<version>" holds the programs and styles of that version, "road-<version>" the
// pages that somebody took along with it. Nothing else is ever kept. The files of a version stay as long as
// pages of it do: an update on the way must not leave them bare.

const FILES = `static-${setup.version}`;
const PATIENCE = 3000;
const NO_ANSWER = [502, 503, 504];

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(FILES);
      await cache.addAll(setup.files.map((address) => new Request(address, { cache: "reload" })));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      const isNeeded = (name) => name === FILES || names.includes(name.replace("static-", "road-"));
      const old = names.filter((name) => name.startsWith("static-") && !isNeeded(name));
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

const files = new Set(setup.files.map((address) => new URL(address, self.location).pathname));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, address));
  else if (files.has(address.pathname)) event.respondWith(file(request, FILES));
  else if (address.pathname.startsWith(setup.static)) event.respondWith(otherFile(request));
});

const file = async (request, name) => {
  const cache = await caches.open(name);
  return (await cache.match(request, { ignoreSearch: true })) || otherFile(request);
};

// A file of another version, which pages taken along earlier may still name.
const otherFile = async (request) => {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await fromCaches("static-", request);
    if (kept) return kept;
    throw error;
  }
};

const fromCaches = async (prefix, request) => {
  for (const name of await caches.keys()) {
    if (name.startsWith(prefix)) {
      const kept = await (await caches.open(name)).match(request, { ignoreSearch: true, ignoreVary: true });
      if (kept) return kept;
    }
  }
  return null;
};

// Fresh where the network answers in time, else as it was taken along.
const page = async (request, address) => {
  const kept = await fromCaches("road-", request);
  try {
    const response = await (kept ? inTime(fetch(request)) : fetch(request));
    if (!kept || !NO_ANSWER.includes(response.status)) return response;
  } catch (error) {
    if (!kept) return withoutSignal(address);
  }
  return unpacked(kept);
};

const inTime = (answer) =>
  new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("slow")), PATIENCE);
    answer.then(resolve, reject);
  });

// Pages lie packed: a hundred of them take less room than one photo.
const unpacked = (kept) => {
  if (kept.headers.get("X-Packed") !== "gzip") return kept;
  const headers = new Headers(kept.headers);
  headers.delete("X-Packed");
  return new Response(kept.body.pipeThrough(new DecompressionStream("gzip")), { headers });
};

// The installed program opens at "/": without a signal its owner means the list.
const withoutSignal = async (address) => {
  if (address.pathname === "/" && (await fromCaches("road-", new Request(setup.list)))) {
    return Response.redirect(setup.list);
  }
  return new Response(setup.noSignal, { headers: { "Content-Type": "text/html; charset=utf-8" } });
};
