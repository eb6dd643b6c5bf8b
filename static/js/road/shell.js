// On every page of somebody signed in: the line that says what waits, whose phone this is, signing out.

(() => {
  const app = (window.sumyuan = window.sumyuan || {});
  const { store, outbox } = app;
  const account = Number(document.body.dataset.account);
  const visits = "visits" in document.body.dataset;

  // Said once, on the page that comes next, to whoever did it: what was saved. It names a household.
  const SAID = `said/${account}`;
  app.sayNext = (words) => window.sessionStorage.setItem(SAID, words);

  const say = () => {
    const words = window.sessionStorage.getItem(SAID);
    if (!words) return;
    window.sessionStorage.removeItem(SAID);
    const note = document.createElement("p");
    note.className = "notice said";
    note.setAttribute("role", "status");
    note.textContent = words;
    document.querySelector("main .path").after(note);
  };

  // A page out of the phone's store says so, and from when it is.
  const tellPrepared = () => {
    const moment = document.body.dataset.preparedAt;
    if (!moment) return;
    const date = new Date(moment);
    const note = document.createElement("p");
    note.className = "quiet prepared-note";
    note.textContent = `信号不好，这是 ${date.getMonth() + 1}月${date.getDate()}日 ${app.clock(date)} 存在手机里的。`;
    document.querySelector("main .path").after(note);
  };

  const line = document.getElementById("road-line");

  const showLine = async () => {
    const { waiting, byHand, photos } = await outbox.counts();
    const { session, sending } = outbox.way;
    let words = "";
    let address = "/visits/outbox/";
    if (byHand) words = `${byHand} 条走访要您看一下`;
    else if (waiting && session === "out") {
      words = `待上传 ${waiting}：请先登录，再自动上传`;
      address = `/accounts/login/?next=${encodeURIComponent(window.location.pathname)}`;
    } else if (waiting && sending) words = `正在上传 ${sending.nth} / ${sending.of}`;
    else if (waiting) words = `已存本机 · 待上传 ${waiting}${session === "none" ? "，有信号时自动上传" : ""}`;
    else if (photos) words = `照片待上传 ${photos} 张`;
    else if (visits && (session === "none" || !navigator.onLine)) words = "没有信号，照常填，存在本机";
    line.hidden = !words;
    if (!words) return;
    const link = line.firstElementChild;
    link.href = address;
    if (link.textContent !== words) link.textContent = words;
  };

  // Marks on the day's list: what stands on this phone and not yet in the list.
  const MARKS = { waiting: "待上传", sending: "正在上传", fix: "要改正", choose: "要选择", gone: "已不在范围" };

  const showMarks = async () => {
    const rows = document.querySelectorAll("[data-number][data-month]:not(form)");
    if (!rows.length || !outbox.way.account || !app.dayList) return;
    const found = {};
    (await store.drafts(outbox.way.account)).forEach((draft) => {
      found[draft.key] = "草稿";
    });
    (await store.records(outbox.way.account)).forEach((record) => {
      if (record.state !== "done") found[record.key] = MARKS[record.state];
      // A list from the phone still shows as due what has been sent since.
      else if (document.body.dataset.preparedAt) found[record.key] = "已上传";
    });
    rows.forEach(({ dataset: { number, month } }) => {
      app.dayList.mark(number, month, found[store.key(outbox.way.account, number, month)] || "");
    });
  };

  // The county has taken a record that went as a page: it need not wait any longer.
  const settleAccepted = async () => {
    const search = new URLSearchParams(window.location.search);
    const uuid = search.get("accepted");
    if (!uuid) return;
    await outbox.settle(uuid);
    search.delete("accepted");
    const rest = search.toString();
    window.history.replaceState(null, "", window.location.pathname + (rest ? `?${rest}` : ""));
  };

  // Somebody else has signed in on this phone: the pages taken along were not meant for them.
  const checkAccount = async () => {
    const before = await store.meta("account");
    if (before && before !== account) await app.emptyRoad();
    if (before !== account) await store.setMeta("account", account);
  };

  const leave = async (form) => {
    const { waiting, byHand, photos } = await outbox.counts();
    const rest = waiting + byHand;
    const words = [rest ? `${rest} 条走访` : "", photos ? `${photos} 张照片` : ""].filter(Boolean).join("、");
    const question = `${words}还没有上传。退出后它们留在这台手机里，只有您再登录才会上传。现在退出？`;
    if (words && !window.confirm(question)) return;
    await app.emptyRoad();
    form.submit();
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[action$='/accounts/logout/']")) return;
    event.preventDefault();
    // Where the phone's store does not answer, signing out goes before tidying up.
    leave(event.target).catch(() => event.target.submit());
  });

  // Pages are kept without a signal by the worker, and only who visits takes pages along.
  if (visits && "serviceWorker" in navigator) {
    navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" }).catch(() => {});
  }

  const refresh = () => Promise.all([showLine(), showMarks()]).catch(() => {});

  const start = async () => {
    await checkAccount();
    await settleAccepted();
    outbox.onChange(refresh);
    window.addEventListener("online", refresh);
    await refresh();
    await outbox.start();
  };

  tellPrepared();
  say();
  // After the page's own scripts: marks go on their list.
  document.addEventListener("DOMContentLoaded", () => {
    // A browser that keeps nothing (private windows of some) still fills and sends forms.
    start().catch(() => {});
  });
})();
