// From typing to the county: what is typed is kept as it is typed, and what is reported waits in the outbox until
// the county has it. Nothing here may lose a word, whatever the network, the browser or the phone do.

(() => {
  const app = (window.sumyuan = window.sumyuan || {});
  const form = document.getElementById("visit-form");
  if (!form || !app.store || !window.indexedDB) return;

  const { store, outbox, visitFields: fields } = app;
  const DRAFT_AFTER = 1000;
  const SERVER_DRAFT_EVERY = 10000;
  // A person waits this long for the county; then the record waits instead.
  const PATIENCE = 6000;
  const LIST = "/visits/";

  const account = Number(document.body.dataset.account);
  const { number, month, head } = form.dataset;
  const key = store.key(account, number, month);
  const address = window.location.pathname;
  const button = form.querySelector("button[name=action][value=submit]");
  const kept = document.getElementById("kept");

  const state = {
    isOwner: false,
    isBusy: false,
    savedAt: 0,
    // When the county's copy of the draft was made, by its clock.
    serverAt: "",
    // Numbers of deliveries that this form takes the place of and that may have arrived after all.
    replaces: [],
    // The last delivery that was begun: the same content again is the same delivery.
    attempt: null,
    isUnkept: false,
    // The browser keeps nothing (private windows of some): the form goes as a page, as it does without script.
    isPlain: false,
  };

  const day = (moment) => {
    const date = new Date(moment);
    return `${date.getMonth() + 1}月${date.getDate()}日 ${app.clock(date)}`;
  };

  // ---- The line that always says what is kept ----

  const showKept = async () => {
    if (state.isBusy || state.isUnkept) return;
    const { waiting, byHand } = await outbox.counts();
    const rest = waiting + byHand ? ` · 待上传 ${waiting + byHand}` : "";
    kept.textContent = state.savedAt ? `已存本机 ${app.clock(state.savedAt)}${rest}` : `填的内容随时存在本机${rest}`;
  };
  outbox.onChange(() => showKept().catch(() => {}));

  // ---- Drafts ----

  const draft = () => ({
    ...{ key, account, number, month, head },
    fields: fields.typed(),
    saved_at: Date.now(),
    server_at: state.serverAt,
    replaces: state.attempt ? [...state.replaces, state.attempt.uuid] : state.replaces,
  });

  let draftTimer = 0;
  let serverTimer = 0;
  let serverCall = null;

  // A draft still on its way would arrive behind what takes its place, and stand there as if it were unsent.
  const stopDrafts = () => {
    window.clearTimeout(draftTimer);
    window.clearTimeout(serverTimer);
    draftTimer = 0;
    serverTimer = 0;
    if (serverCall) serverCall.abort();
  };

  const saveDraft = async () => {
    window.clearTimeout(draftTimer);
    draftTimer = 0;
    // While a report is on its way too: what is typed then is not part of it.
    if (!state.isOwner) return;
    const row = draft();
    try {
      await store.putDraft(row);
    } catch {
      showNoRoom();
      return;
    }
    state.savedAt = row.saved_at;
    state.isUnkept = false;
    const room = document.getElementById("room");
    if (room) room.remove();
    await Promise.all([showKept(), warnIfTight()]).catch(() => {});
  };

  const saveServerDraft = async () => {
    serverTimer = 0;
    if (!state.isOwner || state.isBusy || !navigator.onLine) return;
    const body = new URLSearchParams(fields.typed());
    const token = outbox.way.csrf || form.elements.csrfmiddlewaretoken.value;
    const call = new AbortController();
    const late = window.setTimeout(() => call.abort(), PATIENCE);
    serverCall = call;
    try {
      const response = await fetch(`${address}draft/`, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": token },
        redirect: "manual",
        signal: call.signal,
      });
      if (response.status === 401) outbox.way.session = "out";
      if (response.status !== 200) return;
      state.serverAt = (await response.json()).saved_at;
      if (state.isOwner && !state.isBusy && (await store.draft(key))) await store.putDraft(draft());
    } catch {
      // The phone has it; the county's copy is for another phone.
    } finally {
      window.clearTimeout(late);
    }
  };

  form.addEventListener("input", () => {
    window.clearTimeout(draftTimer);
    draftTimer = window.setTimeout(saveDraft, DRAFT_AFTER);
    if (!serverTimer) serverTimer = window.setTimeout(saveServerDraft, SERVER_DRAFT_EVERY);
  });

  // The page may never be seen again: what was typed last goes down now.
  const flush = () => (draftTimer ? saveDraft() : Promise.resolve());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") flush();
  });
  window.addEventListener("pagehide", flush);

  // ---- What stood here before ----

  // The newest of what is unsent: the record, the phone's draft, the county's draft (already in the page).
  const restore = async () => {
    if (document.getElementById("errors")) return;
    const [record, row] = await Promise.all([store.recordOf(key), store.draft(key)]);
    if (row && (!record || row.saved_at > record.saved_at)) restoreDraft(row);
    else if (record) restoreRecord(record);
  };

  const restoreDraft = (row) => {
    const pageAt = form.dataset.draftAt;
    state.serverAt = row.server_at;
    state.replaces = row.replaces || [];
    // The county's copy is another one than this phone sent, and younger: it was written elsewhere.
    const isOlder = pageAt && pageAt !== row.server_at && new Date(pageAt) > new Date(row.saved_at);
    if (isOlder) offerOlder(row);
    else putBack(row);
  };

  // Nothing goes unseen: the younger draft stands in the page, this phone's own is one tap away.
  const offerOlder = (row) => {
    const box = fields.notice("restored", "warning", `这台手机里还有 ${day(row.saved_at)} 的一份草稿，没有放进来。`);
    box.setAttribute("role", "status");
    box.append(
      act("换成那一份", () => {
        putBack(row);
        saveDraft();
      }),
    );
  };

  const putBack = (row) => {
    fields.put(row.fields);
    state.savedAt = row.saved_at;
    const box = document.getElementById("draft-note");
    if (box) box.remove();
    tellRestored(`接着 ${day(row.saved_at)} 存在本机的草稿填，还没有上报。`, "不要草稿，重新填");
  };

  const restoreRecord = (record) => {
    state.replaces = record.replaces || [];
    fields.put(record.fields);
    state.attempt = { body: JSON.stringify(fields.typed()), uuid: record.uuid };
    state.savedAt = record.saved_at;
    const box = document.getElementById("draft-note");
    if (box) box.remove();
    tellRestored(`这条走访 ${day(record.saved_at)} 存在本机，还没有上传。改了再上报，按新的算。`, "不要了，重新填");
    if (record.state === "fix") fields.showErrors(record.errors || {}, record.confirm || []);
  };

  const tellRestored = (words, offer) => {
    const box = fields.notice("restored", "warning", words);
    box.setAttribute("role", "status");
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-small";
    drop.textContent = offer;
    drop.addEventListener("click", () => discard().catch(() => {}));
    box.append(drop);
  };

  const discard = async () => {
    const count = fields.words().length;
    if (!window.confirm(`${head} ${app.monthWords(month)}的草稿有 ${count} 处内容，删掉后找不回来。不要了？`)) return;
    stopDrafts();
    if ((form.dataset.draftAt || state.serverAt) && !(await discardAtCounty())) {
      tellRestored("没有信号，县里存的那份草稿现在删不掉。有信号时再点一次。", "不要草稿，重新填");
      return;
    }
    const record = await store.recordOf(key);
    if (record) await store.dropRecord(record.uuid);
    await store.dropDraft(key);
    state.isOwner = false;
    window.location.replace(address + window.location.search);
  };

  const discardAtCounty = async () => {
    const token = outbox.way.csrf || form.elements.csrfmiddlewaretoken.value;
    try {
      const response = await fetch(`${address}draft/`, {
        method: "POST",
        body: new URLSearchParams({ action: "discard" }),
        headers: { Accept: "application/json", "X-CSRFToken": token },
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE),
      });
      return response.status === 200;
    } catch {
      return false;
    }
  };

  // ---- No room on the phone ----

  const warnIfTight = async () => {
    if (document.getElementById("room") || !(await store.isTight())) return;
    fields.notice("tight", "warning", "手机快存满了。先把等着的上传，或删掉些照片、视频，再填下一户。");
  };

  const act = (words, work) => {
    const part = document.createElement("button");
    part.type = "button";
    part.className = "btn";
    part.textContent = words;
    part.addEventListener("click", work);
    return part;
  };

  // Every pause in typing comes here again: the form moves under the person once, or when asked for.
  const showNoRoom = ({ isAsked = false } = {}) => {
    state.isUnkept = true;
    kept.textContent = "没有存下：手机存满了";
    if (document.getElementById("room") && !isAsked) return;
    const words = "手机存满了，这张表没有存进手机，只在这个页面上。先别离开：有信号就现在上报，没有就存成文件。";
    const box = fields.notice("room", "error", words);
    const actions = document.createElement("p");
    actions.className = "page-actions";
    actions.append(act("现在上报", reportUnkept), act("存成文件", () => outbox.saveToFile(record())));
    box.append(actions);
    box.scrollIntoView({ block: "center" });
  };

  window.addEventListener("beforeunload", (event) => {
    if (state.isUnkept) event.preventDefault();
  });

  const reportUnkept = async () => {
    const problems = fields.problems();
    if (Object.keys(problems).length) {
      fields.showErrors(problems);
      return;
    }
    if (state.isBusy) return;
    begin();
    const row = record();
    try {
      await follow(row, await outbox.sendUnkept(row));
    } finally {
      end();
    }
  };

  // ---- Reporting ----

  const record = () => {
    const typed = fields.typed();
    const body = JSON.stringify(typed);
    if (!state.attempt || state.attempt.body !== body) {
      if (state.attempt) state.replaces = [...state.replaces, state.attempt.uuid];
      state.attempt = { body, uuid: app.newUuid() };
    }
    app.tellFilling();
    const filling = ["seconds", "copied"].map((name) => [name, form.elements[name].value]);
    return {
      uuid: state.attempt.uuid,
      ...{ key, account, number, month, head },
      fields: [...typed, ...filling, ...state.replaces.map((uuid) => ["replaces", uuid])],
      words: fields.words(),
      replaces: state.replaces,
      state: "waiting",
      tries: 0,
      error: "",
      errors: null,
      confirm: null,
      saved_at: Date.now(),
    };
  };

  const begin = () => {
    stopDrafts();
    state.isBusy = true;
    button.disabled = true;
    kept.textContent = "正在上报…";
  };

  const end = () => {
    state.isBusy = false;
    button.disabled = false;
    showKept().catch(() => {});
  };

  const goOn = (words) => {
    state.isUnkept = false;
    // Without a signal and without the worker there is nowhere to go: the browser would show a page of its own.
    const hasWorker = navigator.serviceWorker && navigator.serviceWorker.controller;
    if (outbox.way.session === "none" && !hasWorker) {
      state.isOwner = false;
      form.inert = true;
      fields.notice("restored", "success", `${words}。有信号时自动上传，再回名单。`).scrollIntoView({ block: "center" });
      return;
    }
    app.sayNext(words);
    window.location.assign(LIST);
  };

  const report = async () => {
    if (state.isBusy || !state.isOwner) return;
    fields.clearErrors();
    const problems = fields.problems();
    if (Object.keys(problems).length) {
      fields.showErrors(problems);
      return;
    }
    begin();
    const row = record();
    try {
      await store.keepRecord(row);
    } catch {
      end();
      showNoRoom({ isAsked: true });
      return;
    }
    state.isUnkept = false;
    state.savedAt = row.saved_at;
    try {
      const late = new Promise((resolve) => window.setTimeout(() => resolve(null), PATIENCE + 1000));
      await follow(row, await Promise.race([outbox.sendNow(row.uuid, PATIENCE), late]));
    } finally {
      end();
    }
  };

  // What comes after an answer, or after none.
  const follow = async (row, found) => {
    const isKept = Boolean(await store.record(row.uuid).catch(() => null));
    if (found && found.state === "done") {
      if (!isKept) {
        await store.dropDraft(key).catch(() => {});
        await app.dropPrepared(address).catch(() => {});
      }
      goOn(`${head} ${Number(month.slice(5))} 月走访已上报。`);
    } else if (found && found.state === "fix") {
      fields.showErrors(Object.keys(found.errors).length ? found.errors : { "": [found.error] }, found.confirm);
    } else if (found && found.state === "choose") {
      state.isUnkept = false;
      await outbox.openAsPage(row);
    } else if (found && found.state === "gone") {
      fields.notice("errors", "error", `还没有上报：${found.error}。填的都在，可以到“待上传”里存成文件。`).scrollIntoView();
    } else if (isKept) {
      const { waiting } = await outbox.counts();
      goOn(`${head} ${app.monthWords(month)}走访已存本机 · 待上传 ${waiting}`);
    } else {
      const words = found && found.isOut ? "要先登录才能上报。先存成文件，再登录。" : "没有信号，还没有上报。先存成文件。";
      fields.notice("errors", "error", words);
    }
  };

  form.addEventListener("submit", (event) => {
    if (state.isPlain && navigator.onLine) return;
    event.preventDefault();
    const by = event.submitter;
    if (state.isPlain) fields.notice("errors", "error", "没有信号，还没有上报。这个浏览器存不了，先别离开这一页。");
    else if (by && by.name === "action" && by.value === "discard") discard().catch(() => {});
    else report().catch(() => end());
  });

  // ---- One page writes ----

  const own = async () => {
    form.inert = false;
    const box = document.getElementById("elsewhere");
    if (box) box.remove();
    state.isPlain = !(await store.isThere());
    state.isOwner = !state.isPlain;
    if (state.isPlain) {
      kept.textContent = "这个浏览器存不了草稿，填好就上报";
      return;
    }
    await restore();
    await showKept();
    await warnIfTight();
  };

  const lost = (takeOver) => {
    state.isOwner = false;
    form.inert = true;
    const box = fields.notice("elsewhere", "warning", "这户正在另一个页面填写。");
    box.append(act("在这里填", takeOver));
  };

  app.ownDraft(key, { onOwn: () => own().catch(() => {}), onLost: lost, beforeYield: flush });
})();
