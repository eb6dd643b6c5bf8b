// The phone's half of checks/watch.py and checks/quantities.py: which doubts fire for what stands in the form.
// The rules themselves stand in Python; a test holds the evaluators together.
(() => {
  const sumyuan = (window.sumyuan = window.sumyuan || {});

  const total = (names, quantities) =>
    names.reduce(
      (sum, name) => (name[0] === "-" ? sum - (quantities[name.slice(1)] || 0) : sum + (quantities[name] || 0)),
      0,
    );

  // Those of `watches` whose every condition [names, at least or null, at most or null] holds.
  sumyuan.watch = (watches, quantities) =>
    watches.filter((watch) =>
      watch.conditions.every(([names, atLeast, atMost]) => {
        const sum = total(names, quantities);
        return (atLeast === null || sum >= atLeast) && (atMost === null || sum <= atMost);
      }),
    );

  const LISTS = ["policies", "need_kinds", "risk_kinds"];
  const ANSWERS = ["is_housing_safe", "is_schooling_safe", "is_medical_safe", "is_water_safe", "has_risk", "has_income_risk"];
  const TEXTS = [
    "visitors",
    "member_changes",
    "guarantee_note",
    "needs",
    "risk_note",
    "income_risk_note",
    "suggested_measures",
    "remarks",
  ];
  const ESTIMATES = ["per_capita", "itemised_per_capita"];

  // Name -> integer of a content: {entries: {"W01/12": {amount: fen}}, work, changes, policies: "a,b", …}. What the
  // content leaves out counts as empty. `estimate` is one side of sumyuan.estimate() or null, `home` the words that
  // name the own county.
  sumyuan.quantities = (content, estimate, home) => {
    const found = {};
    const add = (name, value) => {
      found[name] = (found[name] || 0) + value;
    };
    Object.entries(content.entries || {}).forEach(([key, line]) => {
      add(key, line.amount);
      add(key.split("/")[0], line.amount);
      found[`filled/${key}`] = 1;
    });
    Object.entries(content.work || {}).forEach(([key, line]) => {
      if (line.place) {
        found[`away/${key}`] = 1;
        add("away", 1);
        found[`outside/${key}`] = home.some((word) => line.place.includes(word)) ? 0 : 1;
      }
      if (line.channel) found[`channel/${line.channel}/${key}`] = 1;
    });
    Object.entries(content.changes || {}).forEach(([key, line]) => {
      found[`change/${key}`] = 1;
      add(`change/${line.kind}`, 1);
    });
    LISTS.forEach((name) => {
      (content[name] || "").split(",").forEach((code) => {
        if (code) add(`${name}/${code}`, 1);
      });
    });
    ANSWERS.forEach((name) => {
      if (content[name] === true) found[`${name}/yes`] = 1;
      if (content[name] === false) found[`${name}/no`] = 1;
    });
    TEXTS.forEach((name) => {
      if (content[name]) found[`written/${name}`] = 1;
    });
    ESTIMATES.forEach((name) => {
      if (estimate && estimate[name] !== null && estimate[name] !== undefined) found[`@${name}`] = estimate[name];
    });
    return found;
  };
})();
