// The page /visits/outbox/: every record on this phone of whoever is signed in, and what can be done with it.

(() => {
  const app = (window.sumyuan = window.sumyuan || {});
  const { store, outbox } = app;
  const list = document.getElementById("outbox");
  const lead = document.getElementById("outbox-lead");
  const empty = document.getElementById("outbox-empty");
  const sendAll = document.getElementById("send-all");
  if (!list || !store) return;

  const STATES = {
    waiting: ["○", "待上传"],
    sending: ["◐", "正在上传"],
    fix: ["↩", "要改正"],
    choose: ["⇄", "要选择"],
    gone: ["×", "已不在范围"],
    done: ["●", "已上传"],
  };

  const make = (tag, css, words) => {
    const element = document.createElement(tag);
    if (css) element.className = css;
    if (words) element.textContent = words;
    return element;
  };

  const button = (words, work) => {
    const part = make("button", "btn btn-small", words);
    part.type = "button";
    part.addEventListener("click", () => work().catch(() => {}));
    return part;
  };

  const link = (words, address) => {
    const part = make("a", "btn btn-small", words);
    part.href = address;
    return part;
  };

  const nameOf = (row) => `${row.head || row.number} ${app.monthWords(row.month)}`;

  const when = (row) => {
    const date = new Date(row.saved_at);
    return `${date.getMonth() + 1}月${date.getDate()}日 ${app.clock(date)} 存`;
  };

  const drop = async (record) => {
    const photos = (await store.photosOf(record.key)).length;
    const also = photos ? `和 ${photos} 张照片` : "";
    const question = `${nameOf(record)}走访${also}还没有上传，扔掉后找不回来。扔掉？`;
    if (window.confirm(question)) await store.dropRecord(record.uuid);
  };

  const choose = async (record) => {
    if (!(await outbox.openAsPage(record))) lead.textContent = "选择要有信号，并且登录。";
  };

  const again = async (record) => {
    await store.changeRecord(record.uuid, { state: "waiting", error: "" });
    await outbox.send();
  };

  // An approved visit opens for reading; its form is that of a correction, which takes a reason.
  const formOf = (record) => {
    const isCorrection = (record.errors && record.errors.reason) || record.fields.some(([name]) => name === "reason");
    return `${outbox.addressOf(record)}${isCorrection ? "?correct=1" : ""}`;
  };

  const recordLine = (record, photos) => {
    const line = make("li", `outbox-row is-${record.state}`);
    const [shape, words] = STATES[record.state];
    const head = make("p", "outbox-head");
    head.append(make("b", "", `${nameOf(record)}走访`), make("span", "outbox-state", `${shape} ${words}`));
    const withPhotos = photos ? ` · 照片 ${photos} 张` : "";
    const sent = record.state === "done" ? `${app.clock(record.sent_at)} 上传` : `${when(record)}${withPhotos}`;
    line.append(head, make("small", "", sent));
    if (record.error && record.state !== "sending") line.append(make("p", "outbox-error", record.error));
    if (record.state === "done") return line;
    const actions = make("p", "outbox-actions");
    if (record.state === "choose") actions.append(button("打开选择", () => choose(record)));
    else if (record.state === "gone") actions.append(button("再传一次", () => again(record)));
    else actions.append(link(record.state === "fix" ? "打开改正" : "打开", formOf(record)));
    actions.append(button("存成文件", async () => outbox.saveToFile(record)), button("扔掉", () => drop(record)));
    line.append(actions);
    return line;
  };

  const photoLine = (photo) => {
    const line = make("li", `outbox-row is-${photo.state}`);
    const head = make("p", "outbox-head");
    const words = photo.state === "refused" ? "↩ 传不上去" : "○ 待上传";
    head.append(make("b", "", `${nameOf(photo)}的照片`), make("span", "outbox-state", words));
    line.append(head);
    if (photo.error) line.append(make("p", "outbox-error", photo.error));
    const actions = make("p", "outbox-actions");
    actions.append(
      button("扔掉", async () => {
        if (window.confirm(`${nameOf(photo)}的这张照片还没有上传。扔掉？`)) await store.dropPhoto(photo.uuid);
      }),
    );
    line.append(actions);
    return line;
  };

  const tellLead = (waiting, byHand) => {
    const { session, sending } = outbox.way;
    if (sending) lead.textContent = `正在上传 ${sending.nth} / ${sending.of}`;
    else if (waiting && session === "out") lead.textContent = "请先登录，登录后自动上传。";
    else if (waiting && session === "none") lead.textContent = `没有信号。${waiting} 条存在这台手机里，有信号时自动上传。`;
    else if (waiting) lead.textContent = `${waiting} 条存在这台手机里，还没有到县里。`;
    else if (byHand) lead.textContent = `${byHand} 条要您看一下，看过才能上传。`;
    else lead.textContent = "这台手机里没有等着上传的走访。";
  };

  const show = async () => {
    const account = outbox.way.account;
    const [records, photos] = await Promise.all([store.records(account), store.photos(account)]);
    const open = records.filter((record) => record.state !== "done");
    const held = new Set(open.map((record) => record.key));
    const alone = photos.filter((photo) => photo.state !== "draft" && !held.has(photo.key));
    const order = [...open, ...records.filter((record) => record.state === "done").reverse()];
    const count = (record) => photos.filter((photo) => photo.key === record.key).length;
    list.replaceChildren(...order.map((record) => recordLine(record, count(record))), ...alone.map(photoLine));
    empty.hidden = order.length + alone.length > 0;
    const waiting = open.filter(outbox.waits).length;
    sendAll.hidden = !waiting && !alone.some((photo) => photo.state === "waiting");
    sendAll.disabled = Boolean(outbox.way.sending);
    tellLead(waiting, open.length - waiting);
  };

  sendAll.addEventListener("click", () => outbox.send().catch(() => {}));
  const refresh = () => show().catch(() => {});
  outbox.onChange(refresh);
  refresh();
})();
