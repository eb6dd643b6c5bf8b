// Taking the month's forms along: the list, the outbox and every form still to be filled, kept on this phone.
// Works in the section #road of the day's list.

(() => {
  const app = (window.sumyuan = window.sumyuan || {});
  const section = document.getElementById("road");
  if (!section || !app.store) return;

  const MB = 1024 * 1024;
  // A village's forms take far less; below this the phone is short of room for anything.
  const ROOM = 20 * MB;
  const NO_ROOM = "手机空间不够，表没有存全。删掉一些照片、视频或不用的程序，再存一次。填好的走访不受影响。";

  const make = (tag, css, words = "") => {
    const element = document.createElement(tag);
    element.className = css;
    element.textContent = words;
    return element;
  };

  const button = make("button", "btn", "把要填的表存进手机");
  button.type = "button";
  const words = make("p", "road-words");
  words.setAttribute("role", "status");
  const bar = document.createElement("progress");
  bar.hidden = true;
  bar.setAttribute("aria-label", "存表进度");
  section.replaceChildren(words, bar, button);

  const at = (moment) => {
    const date = new Date(moment);
    return `${date.getMonth() + 1}月${date.getDate()}日 ${app.clock(date)}`;
  };

  const show = async () => {
    const done = await app.store.meta("prepared");
    if (!("caches" in window) || !("serviceWorker" in navigator)) {
      button.hidden = true;
      words.textContent = "这个浏览器没有信号时打不开表。请换新一些的 Chrome、Edge 或 Safari，用 https 网址打开。";
      return;
    }
    if (!done || done.account !== app.outbox.way.account) {
      words.textContent = "没有信号的地方也能填：先把表存进手机，到了照常打开。";
      return;
    }
    const size = Math.max(done.bytes / MB, 0.1).toFixed(1);
    const kept = done.isPersistent ? "" : "手机空间紧张时可能被清掉，出门前再看一眼。";
    words.textContent = `${at(done.at)}存好 ${done.count} 张表，占 ${size} MB。${kept}`;
    button.textContent = "再存一次";
  };

  // A page as the worker hands it out: stamped with when it was taken along, packed where the browser can.
  const packed = async (html, moment, policy) => {
    const stamped = html.replace("<body", `<body data-prepared-at="${new Date(moment).toISOString()}"`);
    const headers = { "Content-Type": "text/html; charset=utf-8" };
    if (policy) headers["Content-Security-Policy"] = policy;
    let body = new Blob([stamped]);
    if ("CompressionStream" in window) {
      headers["X-Packed"] = "gzip";
      body = await new Response(body.stream().pipeThrough(new CompressionStream("gzip"))).blob();
    }
    return { response: new Response(body, { headers }), bytes: body.size };
  };

  const get = async (address, accept) => {
    const response = await fetch(address, {
      headers: { Accept: accept },
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(60000),
    });
    if (response.status !== 200) throw Object.assign(new Error("refused"), { status: response.status });
    return response;
  };

  // The programs and styles of the version, beside the pages that need them.
  const keepFiles = async (version, addresses) => {
    const cache = await window.caches.open(`static-${version}`);
    const have = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
    const missing = addresses.filter((address) => !have.has(new URL(address, window.location).pathname));
    await cache.addAll(missing.map((address) => new Request(address, { cache: "reload" })));
  };

  const take = async () => {
    const moment = Date.now();
    const kept = new Set();
    let after = "";
    let total = 0;
    let bytes = 0;
    let part;
    do {
      const response = await get(`/visits/road/?after=${encodeURIComponent(after)}`, "application/json");
      const policy = response.headers.get("Content-Security-Policy");
      const version = part && part.version;
      part = await response.json();
      // A new version of the programs came in between: what was put away before would be tidied with the old one.
      if (version && part.version !== version) return take();
      const cache = await window.caches.open(`road-${part.version}`);
      const put = async (address, html) => {
        const page = await packed(html, moment, policy);
        await cache.put(address, page.response);
        bytes += page.bytes;
        kept.add(address);
      };
      if (!after) {
        total = part.left;
        await keepFiles(part.version, part.files);
        for (const address of part.fixed) await put(address, await (await get(address, "text/html")).text());
      }
      for (const page of part.pages) await put(page.address, page.html);
      const count = kept.size - part.fixed.length;
      bar.max = total || 1;
      bar.value = count;
      words.textContent = `正在存 ${count} / ${total} 张`;
      after = part.next;
    } while (after);
    await tidy(part.version, kept);
    const isPersistent = Boolean(navigator.storage && (await navigator.storage.persisted()));
    const { account, month } = part;
    const count = kept.size - part.fixed.length;
    return app.store.setMeta("prepared", { account, at: moment, month, count, bytes, isPersistent });
  };

  // What was reported since, and pages of older versions, need not lie about any longer.
  const tidy = async (version, kept) => {
    for (const name of await window.caches.keys()) {
      const isOld = name.startsWith("road-") && name !== `road-${version}`;
      if (isOld) await window.caches.delete(name);
    }
    const cache = await window.caches.open(`road-${version}`);
    for (const request of await cache.keys()) {
      if (!kept.has(new URL(request.url).pathname)) await cache.delete(request);
    }
  };

  const sayWhy = (error) => {
    if (error.name === "QuotaExceededError") return NO_ROOM;
    if (error.status === 401 || error.status === 0) return "请先登录，再存一次。";
    if (error.status === 403) return "这个账号不填走访，没有表可存。";
    return "信号断了，表没有存全。有信号时再存一次；已经存下的能用。";
  };

  const prepare = async () => {
    button.disabled = true;
    bar.hidden = false;
    bar.removeAttribute("value");
    words.textContent = "正在存…";
    try {
      // The browser asks or decides by itself; kept data is then cleared by nobody but its owner.
      if (navigator.storage && navigator.storage.persist) await navigator.storage.persist();
      const free = await app.store.free();
      if (free !== null && free < ROOM) throw new DOMException("short of room", "QuotaExceededError");
      const worker = await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
      await worker.update().catch(() => {});
      await navigator.serviceWorker.ready;
      await take();
      await show();
    } catch (error) {
      words.textContent = sayWhy(error);
    } finally {
      bar.hidden = true;
      button.disabled = false;
    }
  };

  button.addEventListener("click", prepare);
  show().catch(() => {});
})();
