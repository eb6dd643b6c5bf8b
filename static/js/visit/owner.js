// One tab owns the draft of a household's month: two that write at once would undo each other.

(() => {
  const app = (window.sumyuan = window.sumyuan || {});

  // How long the other page gets to put down what was typed last.
  const COURTESY = 1500;

  // own(key, {onOwn, onLost, beforeYield}): onOwn when this page may write, onLost(takeOver) when another does.
  app.ownDraft = (key, { onOwn, onLost, beforeYield }) => {
    if (!navigator.locks) {
      onOwn();
      return;
    }
    const name = `draft/${key}`;
    const channel = "BroadcastChannel" in window ? new BroadcastChannel("sumyuan-draft") : null;
    let release = null;

    // Resolves with whether the lock is held; it is held until `release` is called, the page dies or it is stolen.
    // A browser that refuses locks altogether is one without them.
    const hold = (options) =>
      new Promise((resolve) => {
        const held = (lock) => {
          resolve(Boolean(lock));
          if (!lock) return null;
          return new Promise((free) => {
            release = free;
          });
        };
        navigator.locks.request(name, options, held).catch((error) => {
          resolve(error.name !== "AbortError");
          if (release) lose();
        });
      });

    const lose = () => {
      release = null;
      onLost(takeOver);
    };

    const takeOver = async () => {
      if (channel) channel.postMessage(key);
      const stop = new AbortController();
      const timer = window.setTimeout(() => stop.abort(), COURTESY);
      let isMine = await hold({ signal: stop.signal });
      window.clearTimeout(timer);
      if (!isMine) isMine = await hold({ steal: true });
      if (isMine) onOwn();
    };

    if (channel) {
      channel.addEventListener("message", async (event) => {
        if (event.data !== key || !release) return;
        const free = release;
        await beforeYield();
        lose();
        free();
      });
    }

    hold({ ifAvailable: true }).then((isMine) => (isMine ? onOwn() : onLost(takeOver)));
  };
})();
