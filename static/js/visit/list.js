// The day's list without loading: which households, in which order, and a quick look for a name. The page
// holds them all, so this works from the phone's copy too. It arranges as visits/day.py does.

(() => {
  const sumyuan = (window.sumyuan = window.sumyuan || {});
  const day = document.getElementById("day");
  document.querySelector(".month-choice select")?.addEventListener("change", (event) => event.target.form.submit());
  if (!day) return;

  const words = JSON.parse(document.getElementById("day-words").textContent);
  const box = document.getElementById("homes");
  const rest = document.getElementById("rest");
  const quick = document.getElementById("quick");
  const homes = [...day.querySelectorAll(".home")].map((row) => ({
    row,
    kinds: row.dataset.kinds.split(" "),
    order: Number(row.dataset.order),
    place: Number(row.dataset.place),
    label: row.dataset.placeLabel,
    find: row.dataset.find.toLowerCase(),
  }));
  const offered = (name) => [...day.querySelectorAll(`a[data-${name}]`)].map((link) => link.dataset[name]);
  const rank = (home) => words.kinds.indexOf(home.kinds[0]);

  const isShown = (home, show) => {
    if (show === "all") return true;
    return home.kinds.some((kind) => (show === "" ? kind in words.groups : kind === show));
  };

  // [position, position, heading, whether it is a place] of the group that a household stands in.
  const groupOf = (home, show, by) => {
    const kind = home.kinds[0];
    if (show === "" && kind === "returned") return [0, 0, words.groups.returned, false];
    if (by === "hamlet") return [1, home.place, home.label, true];
    return show === "" ? [1, rank(home), words.groups[kind], false] : [1, 0, "", false];
  };

  const section = ([, , heading, isPlace], rows) => {
    const group = document.createElement("section");
    group.className = "group";
    group.classList.toggle("is-place", isPlace);
    const title = document.createElement("h2");
    const count = document.createElement("small");
    count.textContent = `${rows.length} 户`;
    title.append(`${heading || "名单"} `, count);
    title.classList.toggle("visually-hidden", !heading);
    const list = document.createElement("ul");
    list.className = "homes";
    list.append(...rows.map((home) => home.row));
    group.append(title, list);
    return group;
  };

  const arrange = () => {
    const { show, by } = day.dataset;
    // Looking for a name, one looks through them all.
    const text = quick.value.trim().toLowerCase();
    const isChosen = (home) => (text ? home.find.includes(text) : isShown(home, show));
    const groups = new Map();
    homes.filter(isChosen).forEach((home) => {
      const group = text ? [0, 0, "", false] : groupOf(home, show, by);
      const key = group.join("/");
      if (!groups.has(key)) groups.set(key, { group, rows: [] });
      groups.get(key).rows.push(home);
    });
    const inOrder = [...groups.values()].sort((a, b) => a.group[0] - b.group[0] || a.group[1] - b.group[1]);
    inOrder.forEach(({ rows }) => {
      rows.sort((a, b) => (show === "" && !text ? rank(a) - rank(b) : 0) || a.order - b.order);
    });
    rest.append(...homes.filter((home) => !isChosen(home)).map((home) => home.row));
    box.replaceChildren(...inOrder.map(({ group, rows }) => section(group, rows)));
    document.getElementById("none").hidden = inOrder.length > 0;
    document.getElementById("found").textContent = `${homes.filter(isChosen).length} 户`;
  };

  // The address with one choice changed; a choice that is the usual one stays out of it.
  const address = (name, value) => {
    const query = new URLSearchParams(window.location.search);
    if (value) query.set(name, value);
    else query.delete(name);
    return `${window.location.pathname}${query.toString() ? `?${query}` : ""}`;
  };

  // What the address says holds, also where the page came from the phone's copy of another address.
  const follow = () => {
    const query = new URLSearchParams(window.location.search);
    const [show, by] = [query.get("show") || "", query.get("by") || "hamlet"];
    day.dataset.show = offered("show").includes(show) ? show : "";
    day.dataset.by = offered("by").includes(by) ? by : "hamlet";
    day.querySelectorAll("a[data-show], a[data-by]").forEach((link) => {
      const name = "show" in link.dataset ? "show" : "by";
      if (link.dataset[name] === day.dataset[name]) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      link.href = address(name, link.dataset[name]);
    });
    const print = document.querySelector("a[data-print]");
    print.href = `${print.pathname}${window.location.search}`;
    arrange();
  };

  day.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-show], a[data-by]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    quick.value = "";
    window.history.pushState(null, "", link.href);
    follow();
  });
  window.addEventListener("popstate", follow);
  quick.addEventListener("input", arrange);

  // For the scripts that keep records on this phone: a word on a household's row, "" for none.
  sumyuan.dayList = {
    mark(number, month, text) {
      homes
        .filter(({ row }) => row.dataset.number === number && row.dataset.month === month)
        .forEach(({ row }) => {
          const mark = row.querySelector(".mark-road");
          mark.textContent = text;
          mark.hidden = !text;
        });
    },
  };

  follow();
})();
