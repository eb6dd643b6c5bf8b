// What this phone keeps: drafts, records that wait to be sent, their photos. Everything bears its account.

(() => {
  const app = (window.sumyuan = window.sumyuan || {});

  let opening = null;

  const database = () => {
    if (!opening) {
      opening = window.idb.openDB("sumyuan", 1, {
        upgrade(db) {
          db.createObjectStore("drafts", { keyPath: "key" });
          const outbox = db.createObjectStore("outbox", { keyPath: "uuid" });
          outbox.createIndex("account", "account");
          outbox.createIndex("key", "key");
          const photos = db.createObjectStore("photos", { keyPath: "uuid" });
          photos.createIndex("account", "account");
          photos.createIndex("key", "key");
          db.createObjectStore("meta");
        },
        // A newer page in another tab wants to change the layout: let it.
        blocking(was, will, event) {
          event.target.close();
          opening = null;
        },
        terminated() {
          opening = null;
        },
      });
      opening.catch(() => {
        opening = null;
      });
    }
    return opening;
  };

  const OPENS_WITHIN = 5000;

  // Room that is held for the day on which there is none: a write that fails gives it up and is tried once more.
  // Browsers no longer say how much is free, so that failing to hold it is also how a full phone is noticed.
  const RESERVE = 4 * 1024 * 1024;
  const RESERVE_ADDRESS = "/reserve";

  const holdReserve = async () => {
    if (!("caches" in window)) return true;
    const cache = await window.caches.open("reserve");
    if (await cache.match(RESERVE_ADDRESS)) return true;
    try {
      await cache.put(RESERVE_ADDRESS, new Response(new Blob([new Uint8Array(RESERVE)])));
      return true;
    } catch {
      return false;
    }
  };

  // The entry, not its cache: a cache that is still open somewhere keeps its room until nobody holds it.
  const giveUpReserve = async () => {
    if (!("caches" in window)) return false;
    const cache = await window.caches.open("reserve");
    if (!(await cache.delete(RESERVE_ADDRESS))) return false;
    await new Promise((resolve) => window.setTimeout(resolve, 300));
    return true;
  };

  const writing = async (stores, work) => {
    try {
      return await write(stores, work);
    } catch (error) {
      if (!(await giveUpReserve().catch(() => false))) throw error;
      return write(stores, work);
    }
  };

  // "strict": done means on the disk, not in a buffer that dies with the phone.
  const write = async (stores, work) => {
    const db = await database();
    const transaction = db.transaction(stores, "readwrite", { durability: "strict" });
    // An error in the work and one of the transaction are the same event: both have to be heard.
    const finished = transaction.done;
    finished.catch(() => {});
    const result = await work(transaction);
    await finished;
    return result;
  };

  // Other tabs hear of changes and show them.
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("sumyuan") : null;
  const listeners = new Set();
  const tell = () => {
    listeners.forEach((listener) => listener());
    if (channel) channel.postMessage("changed");
  };
  if (channel) {
    channel.addEventListener("message", () => listeners.forEach((listener) => listener()));
  }

  const forEachOf = async (store, index, value, work) => {
    let cursor = await store.index(index).openCursor(IDBKeyRange.only(value));
    while (cursor) {
      work(cursor);
      cursor = await cursor.continue();
    }
  };

  app.newUuid = () => {
    if (window.crypto.randomUUID) return window.crypto.randomUUID();
    const bytes = window.crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  app.store = {
    key: (account, number, month) => `${account}/${number}/${month}`,
    onChange: (listener) => listeners.add(listener),

    // Whether the browser lets the site keep anything.
    // A store that does not answer is none: the form must be able to go without it.
    isThere: () =>
      Promise.race([
        Promise.resolve()
          .then(database)
          .then(
            () => true,
            () => false,
          ),
        new Promise((resolve) => window.setTimeout(() => resolve(false), OPENS_WITHIN)),
      ]),

    meta: async (name) => (await database()).get("meta", name),
    setMeta: (name, value) => writing(["meta"], (t) => t.store.put(value, name)),

    draft: async (key) => (await database()).get("drafts", key),
    drafts: async (account) => (await (await database()).getAll("drafts")).filter((row) => row.account === account),
    putDraft: (draft) => writing(["drafts"], (t) => t.store.put(draft)),
    dropDraft: (key) => writing(["drafts"], (t) => t.store.delete(key)),

    // In the order in which they were saved, which is the order of sending.
    records: async (account) => {
      const records = await (await database()).getAllFromIndex("outbox", "account", account);
      return records.sort((one, other) => one.saved_at - other.saved_at);
    },
    record: async (uuid) => (await database()).get("outbox", uuid),
    recordOf: async (key) => {
      const records = await (await database()).getAllFromIndex("outbox", "key", key);
      return records.find((record) => record.state !== "done") || null;
    },

    // A form becomes a record: at once with the end of its draft and of an older record of the same month, so
    // that whatever happens there is exactly one of them.
    keepRecord: async (record) => {
      await writing(["outbox", "drafts", "photos"], async (t) => {
        const outbox = t.objectStore("outbox");
        await forEachOf(outbox, "key", record.key, (cursor) => cursor.delete());
        await outbox.put(record);
        await t.objectStore("drafts").delete(record.key);
        await forEachOf(t.objectStore("photos"), "key", record.key, (cursor) => {
          if (cursor.value.state === "draft") cursor.update({ ...cursor.value, state: "waiting" });
        });
      });
      tell();
    },

    // Writes the changes into the record as it stands now; a record that is gone stays gone.
    changeRecord: async (uuid, changes) => {
      await writing(["outbox"], async (t) => {
        const record = await t.store.get(uuid);
        if (record) await t.store.put({ ...record, ...changes });
      });
      tell();
    },

    dropRecord: async (uuid) => {
      await writing(["outbox", "photos"], async (t) => {
        const outbox = t.objectStore("outbox");
        const record = await outbox.get(uuid);
        if (!record) return;
        await outbox.delete(uuid);
        // Photos of a record that was given up have nowhere to go; those of a sent one still wait.
        if (record.state !== "done") {
          await forEachOf(t.objectStore("photos"), "key", record.key, (cursor) => cursor.delete());
        }
      });
      tell();
    },

    // Accepted: what was typed leaves the phone, a line saying so stays for the day. A draft that stands there was
    // begun after the record was saved, and stays.
    settleRecord: async (uuid) => {
      await writing(["outbox"], async (t) => {
        const record = await t.store.get(uuid);
        if (!record || record.state === "done") return;
        const { account, key, number, month, head, saved_at } = record;
        await t.store.put({ uuid, account, key, number, month, head, saved_at, state: "done", sent_at: Date.now() });
      });
      tell();
    },

    forgetDone: (before) =>
      writing(["outbox"], async (t) => {
        let cursor = await t.store.openCursor();
        while (cursor) {
          if (cursor.value.state === "done" && cursor.value.sent_at < before) cursor.delete();
          cursor = await cursor.continue();
        }
      }),

    photos: async (account) => (await database()).getAllFromIndex("photos", "account", account),
    photosOf: async (key) => (await database()).getAllFromIndex("photos", "key", key),
    putPhoto: async (photo) => {
      await writing(["photos"], (t) => t.store.put(photo));
      tell();
    },
    dropPhoto: async (uuid) => {
      await writing(["photos"], (t) => t.store.delete(uuid));
      tell();
    },

    // Bytes that are still free for this site, or null where the browser does not say. Newer ones say the same
    // whatever the phone holds; older ones tell the truth.
    free: async () => {
      if (!navigator.storage || !navigator.storage.estimate) return null;
      const { quota, usage } = await navigator.storage.estimate();
      return quota === undefined ? null : Math.max(quota - usage, 0);
    },
    // Whether one more record with its photos may not fit.
    isTight: async () => {
      const free = await app.store.free();
      return (free !== null && free < RESERVE) || !(await holdReserve());
    },

    // A lease for browsers without locks: one tab at a time holds it, and loses it by dying.
    takeLease: (name, holder, milliseconds) =>
      writing(["meta"], async (t) => {
        const lease = await t.store.get(name);
        const now = Date.now();
        if (lease && lease.holder !== holder && lease.until > now) return false;
        await t.store.put({ holder, until: now + milliseconds }, name);
        return true;
      }),
    endLease: (name) => writing(["meta"], (t) => t.store.delete(name)),
  };

  // Every cached page of households; the programs' own files stay.
  app.emptyRoad = async () => {
    if (!("caches" in window)) return;
    const names = await window.caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("road-")).map((name) => window.caches.delete(name)));
    await app.store.setMeta("prepared", null);
  };

  app.dropPrepared = async (address) => {
    if (!("caches" in window)) return;
    const names = (await window.caches.keys()).filter((name) => name.startsWith("road-"));
    await Promise.all(
      names.map(async (name) => (await window.caches.open(name)).delete(address, { ignoreSearch: true, ignoreVary: true })),
    );
  };

  app.clock = (moment) => new Date(moment).toTimeString().slice(0, 5);
  app.monthWords = (month) => `${Number(month.slice(5))}月`;
})();
