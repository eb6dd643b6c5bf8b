// Sending what waits on this phone. From any page, one tab at a time, each record by itself.

(() => {
  const app = (window.sumyuan = window.sumyuan || {});
  const { store } = app;

  // A record gets this long; a valley's signal is slow, and what is on its way is better not sent again.
  const PATIENCE = 25000;
  const SESSION_PATIENCE = 8000;
  const EVERY = 30000;
  // So many records in a row without any answer: it is the network, not the records.
  const SILENT = 3;

  // What is known of the way to the county: "in", "out", "none" (no network), "" (not asked yet).
  const way = { session: "", account: Number(document.body.dataset.account) || null, csrf: "", sending: null };
  const listeners = new Set();
  const show = () => listeners.forEach((listener) => listener());

  // {status, answer}; status 0 where nothing came back in time.
  const ask = async (address, options, patience) => {
    try {
      const response = await fetch(address, {
        ...options,
        headers: { Accept: "application/json", ...options.headers },
        credentials: "same-origin",
        redirect: "manual",
        cache: "no-store",
        signal: AbortSignal.timeout(patience),
      });
      const isJson = (response.headers.get("Content-Type") || "").includes("json");
      return { status: response.status, answer: isJson ? await response.json() : null };
    } catch {
      return { status: 0, answer: null };
    }
  };

  // Who is signed in, with the token to send by; null where that is nobody, or nobody answers. `asked`: numbers of
  // records of which it is not known here whether the county has them.
  const session = async (patience = SESSION_PATIENCE, asked = []) => {
    const query = new URLSearchParams(asked.map((uuid) => ["asked", uuid]));
    const { status, answer } = await ask(`/visits/session/?${query}`, {}, patience);
    if (status === 200 && answer) {
      way.session = "in";
      way.account = answer.account;
      way.csrf = answer.csrf;
      show();
      return answer;
    }
    way.session = status === 401 ? "out" : "none";
    show();
    return null;
  };

  const addressOf = (record) => `/visits/${encodeURIComponent(record.number)}/${record.month}/`;

  // What an answer means for the record. `state` null: as before, it goes on waiting.
  const verdict = ({ status, answer }) => {
    const said = (answer && answer.message) || "";
    if (status === 200 && answer && answer.status === "saved") return { state: "done" };
    if (status === 422 && answer) {
      return { state: "fix", errors: answer.errors || {}, confirm: answer.confirm || [], error: "有的地方要改" };
    }
    if (status === 409 && answer && answer.status === "stale") return { state: "choose", error: said };
    if (status === 409) return { state: "fix", errors: {}, confirm: [], error: "编号用过了，打开核对一遍再上报" };
    if (status === 404) return { state: "gone", error: said || "这户已经不在您的范围里" };
    if (status === 403 && answer) return { state: "gone", error: said || "您的账号不再填这户的走访" };
    if (status === 401) return { state: null, isOut: true };
    if (status === 0) return { state: null, isSilent: true, error: "没有信号" };
    return { state: null, error: `县里的系统没有收下（${status}），会再试` };
  };

  const post = (record, csrf, patience) => {
    const body = new URLSearchParams(record.fields);
    body.set("client_uuid", record.uuid);
    return ask(addressOf(record), { method: "POST", body, headers: { "X-CSRFToken": csrf } }, patience);
  };

  // The county has it. The page that was taken along shows the month as if nothing had been reported.
  const settle = async (uuid) => {
    const record = await store.record(uuid);
    if (!record) return;
    await store.settleRecord(uuid);
    await app.dropPrepared(addressOf(record));
  };

  // Send one record and write down what came of it. Returns the verdict.
  const deliver = async (record, csrf, patience) => {
    await store.changeRecord(record.uuid, { state: "sending" });
    const found = verdict(await post(record, csrf, patience));
    if (found.state === "done") {
      await settle(record.uuid);
    } else {
      const { state, error = "", errors = null, confirm = null } = found;
      const changes = { state: state || "waiting", error, errors, confirm, tries: record.tries + 1 };
      await store.changeRecord(record.uuid, changes);
    }
    return found;
  };

  // Whether an answer came, whatever it was.
  const deliverPhoto = async (photo, csrf) => {
    const body = new FormData();
    body.set("client_uuid", photo.uuid);
    body.set("photo", photo.blob, "photo.jpg");
    const options = { method: "POST", body, headers: { "X-CSRFToken": csrf } };
    const { status, answer } = await ask(`${addressOf(photo)}photos/`, options, 4 * PATIENCE);
    const said = (answer && answer.message) || "";
    if (status === 200) await store.dropPhoto(photo.uuid);
    else if (status === 404 || status === 413 || status === 422 || (status === 403 && answer)) {
      await store.putPhoto({ ...photo, state: "refused", error: said || "这张照片传不上去" });
    }
    return status !== 0;
  };

  // Whatever the last page left as "on its way" when it died is not on its way.
  const waits = (record) => record.state === "waiting" || record.state === "sending";

  const round = async () => {
    // Where both sides changed a visit the choice is made on a page, and that page may not have come to the end.
    const chosen = (await store.records(way.account)).filter((record) => record.state === "choose");
    const signedIn = await session(SESSION_PATIENCE, chosen.map((record) => record.uuid));
    if (!signedIn) return;
    for (const uuid of signedIn.accepted) await settle(uuid);
    const records = (await store.records(signedIn.account)).filter(waits);
    let silent = 0;
    for (const [index, record] of records.entries()) {
      way.sending = { nth: index + 1, of: records.length };
      show();
      const found = await deliver(record, signedIn.csrf, PATIENCE);
      if (found.isOut) {
        way.session = "out";
        return;
      }
      silent = found.isSilent ? silent + 1 : 0;
      if (silent === SILENT) {
        way.session = "none";
        return;
      }
    }
    await sendPhotos(signedIn);
    await store.forgetDone(Date.now() - 24 * 60 * 60 * 1000);
  };

  // A photo goes when its record has gone. The first without an answer ends it: photos are large, and while they
  // are on their way no record goes.
  const sendPhotos = async ({ account, csrf }) => {
    const left = (await store.records(account)).filter((record) => record.state !== "done");
    const held = new Set(left.map((record) => record.key));
    const photos = (await store.photos(account)).filter((photo) => photo.state === "waiting" && !held.has(photo.key));
    for (const photo of photos) {
      if (!(await deliverPhoto(photo, csrf))) return;
    }
  };

  // One tab sends. `wait` milliseconds for another tab to finish; 0: leave it to that one.
  const tab = app.newUuid();
  const alone = async (work, wait = 0) => {
    if (!navigator.locks) {
      if (!(await store.takeLease("sending", tab, 2 * PATIENCE))) return null;
      try {
        return await work();
      } finally {
        await store.endLease("sending");
      }
    }
    if (!wait) return navigator.locks.request("sumyuan-sending", { ifAvailable: true }, (lock) => (lock ? work() : null));
    const stop = new AbortController();
    const timer = window.setTimeout(() => stop.abort(), wait);
    const begun = () => {
      window.clearTimeout(timer);
      return work();
    };
    return navigator.locks.request("sumyuan-sending", { signal: stop.signal }, begun).catch((error) => {
      if (error.name === "AbortError") return null;
      throw error;
    });
  };

  const send = async () => {
    try {
      await alone(round);
    } finally {
      way.sending = null;
      show();
    }
  };

  // Send this record now, for a person who waits: the verdict, or null where it has to wait.
  const sendNow = (uuid, patience) =>
    alone(async () => {
      const until = Date.now() + patience;
      const signedIn = await session(patience);
      if (!signedIn) return null;
      const record = await store.record(uuid);
      if (!record) return null;
      if (record.state === "done") return { state: "done" };
      if (record.account !== signedIn.account) return null;
      const found = await deliver(record, signedIn.csrf, Math.max(until - Date.now(), 1000));
      if (found.state === "done") sendPhotos(signedIn).catch(() => {});
      return found;
    }, patience);

  // Nothing is kept of this one, where the phone has no room: the verdict of a single try.
  const sendUnkept = async (record) => {
    const signedIn = await session();
    if (!signedIn || signedIn.account !== record.account) return { state: null, isOut: way.session === "out" };
    return verdict(await post(record, signedIn.csrf, PATIENCE));
  };

  // What the pages count: of the account of this page, or of whoever is signed in by now.
  const counts = async () => {
    if (!way.account) return { waiting: 0, byHand: 0, toChoose: 0, photos: 0 };
    const [records, photos] = await Promise.all([store.records(way.account), store.photos(way.account)]);
    return {
      waiting: records.filter(waits).length,
      byHand: records.filter((record) => ["fix", "choose", "gone"].includes(record.state)).length,
      toChoose: records.filter((record) => record.state === "choose").length,
      photos: photos.filter((photo) => photo.state === "waiting").length,
    };
  };

  // A whole page answers in place of this script: where both sides changed, the person chooses there.
  const openAsPage = async (record) => {
    const signedIn = await session();
    if (!signedIn) return false;
    const form = document.createElement("form");
    form.method = "post";
    form.action = addressOf(record);
    form.hidden = true;
    const fields = record.fields.concat([["client_uuid", record.uuid], ["csrfmiddlewaretoken", signedIn.csrf]]);
    fields.forEach(([name, value]) => {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      form.append(input);
    });
    document.body.append(form);
    form.submit();
    return true;
  };

  // As much as the person typed, in words, under a name that tells nobody anything.
  const saveToFile = (record) => {
    const told = {
      说明: "走访增收帮扶台账：没有上传的一条走访",
      户主: record.head,
      户编号: record.number,
      月份: record.month,
      存下时间: new Date(record.saved_at).toLocaleString("zh-CN"),
      编号: record.uuid,
      所填: record.words,
      原样: record.fields,
    };
    const file = new Blob([JSON.stringify(told, null, 2)], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    const stamp = new Date(record.saved_at).toISOString().slice(0, 16).replace(/[^0-9]/g, "");
    link.download = `zoufang-${stamp}-${record.uuid.slice(0, 4)}.json`;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  app.outbox = { way, send, sendNow, sendUnkept, settle, counts, openAsPage, saveToFile, addressOf, waits };
  app.outbox.onChange = (listener) => listeners.add(listener);
  store.onChange(show);

  // On load, when the page is looked at again, when the network comes back, and every half minute.
  const start = async () => {
    const { waiting, toChoose, photos } = await counts();
    if (waiting || toChoose || photos) await send();
  };
  // Where the phone's store does not answer there is nothing to send from.
  const sendWhatWaits = () => start().catch(() => {});
  window.addEventListener("online", sendWhatWaits);
  window.addEventListener("offline", () => {
    way.session = "none";
    show();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") sendWhatWaits();
  });
  window.setInterval(() => {
    if (document.visibilityState === "visible") sendWhatWaits();
  }, EVERY);
  app.outbox.start = start;
})();
