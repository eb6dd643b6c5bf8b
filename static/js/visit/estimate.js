// The phone's echo of ledger/calc for a month that is being typed, without signal too. The calculation itself stands
// in ledger/calc and ledger/prospect.py; a test holds this echo to it figure by figure.
(() => {
  const sumyuan = (window.sumyuan = window.sumyuan || {});

  const INCOME = ["wage", "business", "property", "transfer"];
  const COST = "business_cost";

  // The nearest integer, ties away from zero; the denominator is positive. BigInt: products pass 2^53.
  const divide = (numerator, denominator) =>
    numerator < 0n
      ? -((-2n * numerator + denominator) / (2n * denominator))
      : (2n * numerator + denominator) / (2n * denominator);

  // Facts with further amounts (item code -> fen), as BigInt.
  const add = (facts, amounts, items) => {
    const sums = {};
    [...INCOME, COST].forEach((name) => {
      sums[name] = BigInt(facts.sums[name]);
    });
    const net = { monthly: BigInt(facts.monthly_net), quarterly: BigInt(facts.quarterly_net) };
    Object.entries(amounts).forEach(([code, fen]) => {
      const [kind, rhythm] = items[code] || [];
      if (!(kind in sums)) return;
      sums[kind] += BigInt(fen);
      if (rhythm in net) net[rhythm] += kind === COST ? -BigInt(fen) : BigInt(fen);
    });
    return { sums, monthly: net.monthly, quarterly: net.quarterly };
  };

  const itemised = (facts, added, net, persons, yearMonths) => {
    if (facts.months_collected === 0) return null;
    const months = BigInt(facts.months_collected);
    const quarters = BigInt(facts.quarters_collected);
    const asEntered = net - added.monthly - added.quarterly;
    const numerator =
      added.monthly * yearMonths * quarters + added.quarterly * 4n * months + asEntered * months * quarters;
    return Number(divide(numerator, months * quarters * persons));
  };

  const assess = (facts, amounts, prospect) => {
    const { terms } = prospect;
    const added = add(facts, amounts, prospect.items);
    const gross = INCOME.reduce((sum, name) => sum + added.sums[name], 0n);
    const net = gross - added.sums[COST];
    const windowMonths = BigInt(terms.window_months);
    const yearMonths = BigInt(terms.year_months);
    const persons = BigInt(facts.persons);
    const perCapita = Number(divide(net * yearMonths, windowMonths * persons));
    const share = gross > 0n ? Number(divide(added.sums.transfer * 10000n, gross)) : null;
    const before = facts.last_year;
    const last = before ? Number(divide(BigInt(before.net), BigInt(before.persons))) : null;
    return {
      net: Number(net),
      estimate: Number(divide(net * yearMonths, windowMonths)),
      per_capita: perCapita,
      transfer_share: share,
      itemised_per_capita: itemised(facts, added, net, persons, yearMonths),
      last_per_capita: last,
      income_falling: last !== null && perCapita < last,
      below_monitoring_line: perCapita < terms.monitoring_line,
      below_average_line: perCapita < terms.average_line,
      high_transfer_share: share !== null && share >= terms.transfer_share_line,
      no_labour_low_income:
        facts.labour_unknown === 0 && facts.without_labour === facts.persons && perCapita < terms.low_income_line,
    };
  };

  // {official, tracking} with `amounts` (item code -> fen, whole numbers) reported for the month; `prospect` is
  // Prospect.as_json(). Exact as long as a year's figure stays below 2^53 fen.
  sumyuan.estimate = (prospect, amounts) => {
    const typed = {};
    Object.entries(amounts).forEach(([code, fen]) => {
      if (!prospect.locked.includes(code)) typed[code] = fen;
    });
    return {
      official: assess(prospect.official, prospect.isInWindow ? typed : {}, prospect),
      tracking: assess(prospect.tracking, prospect.isInTracking ? typed : {}, prospect),
    };
  };
})();
