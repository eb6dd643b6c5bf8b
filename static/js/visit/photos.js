// Photos of a visit: made smaller at once, kept on the phone, sent after their record.

(() => {
  const app = (window.sumyuan = window.sumyuan || {});
  const form = document.getElementById("visit-form");
  const input = document.getElementById("photo-input");
  if (!form || !input || !app.store) return;

  const LONGEST_SIDE = 1600;
  const QUALITY = 0.8;
  const THUMB = 72;
  const MOST = 9;

  const account = Number(document.body.dataset.account);
  const { number, month, head } = form.dataset;
  const key = app.store.key(account, number, month);
  const sent = form.querySelectorAll("[data-photo-sent]").length;

  const list = document.createElement("ul");
  list.className = "photo-list";
  const note = document.createElement("p");
  note.className = "errorlist";
  note.setAttribute("role", "status");
  input.after(list, note);

  const draw = (picture, longest) => {
    const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const pen = canvas.getContext("2d");
    // What is transparent would turn black.
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas;
  };

  // A canvas knows nothing of place and camera: what comes out of it tells only what can be seen.
  const smaller = async (file) => {
    // Upright by itself; Chromium 109 does not know the word for it.
    const picture = await createImageBitmap(file);
    const canvas = draw(picture, LONGEST_SIDE);
    picture.close();
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    if (!blob) throw new Error("no picture");
    return blob;
  };

  const show = async () => {
    const photos = await app.store.photosOf(key);
    const lines = await Promise.all(
      photos.map(async (photo, index) => {
        const line = document.createElement("li");
        const picture = await createImageBitmap(photo.blob);
        const thumb = draw(picture, THUMB);
        picture.close();
        thumb.setAttribute("role", "img");
        thumb.setAttribute("aria-label", `第 ${index + 1} 张照片`);
        const words = document.createElement("span");
        words.textContent = photo.error || (photo.state === "draft" ? "上报后上传" : "待上传");
        const drop = document.createElement("button");
        drop.type = "button";
        drop.className = "btn btn-small";
        drop.textContent = "删掉";
        drop.setAttribute("aria-label", `删掉第 ${index + 1} 张照片`);
        drop.addEventListener("click", async () => {
          if (!window.confirm(`删掉第 ${index + 1} 张照片？它还没有上传。`)) return;
          await app.store.dropPhoto(photo.uuid);
          await show();
        });
        line.append(thumb, words, drop);
        return line;
      }),
    );
    list.replaceChildren(...lines);
  };

  const take = async (file) => {
    let blob;
    try {
      blob = await smaller(file);
    } catch {
      return "这个文件不是照片，或者已经损坏。请选 JPG 或 PNG 照片。";
    }
    const photo = { uuid: app.newUuid(), account, key, number, month, head, blob, state: "draft", error: "" };
    try {
      const photos = await app.store.photosOf(key);
      if (sent + photos.length >= MOST) return `一次走访最多 ${MOST} 张照片。`;
      await app.store.putPhoto({ ...photo, saved_at: Date.now() });
    } catch {
      return "手机存满了，这张照片没有存下。填的内容不受影响；腾出空间再选一次。";
    }
    return "";
  };

  input.addEventListener("change", async () => {
    const files = [...input.files];
    const said = new Set();
    for (const file of files) {
      const problem = await take(file);
      if (problem) said.add(problem);
    }
    // Kept as they are by now; the same choice again is a new one.
    input.value = "";
    note.textContent = [...said].join("");
    await show().catch(() => {});
  });

  show().catch(() => {});
})();
