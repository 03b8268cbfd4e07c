// Asks each back end for its health and writes the answer beside its link.
for (const state of document.querySelectorAll('.state')) {
  fetch(state.dataset.health, { cache: 'no-store', redirect: 'manual' })
    .then(({ ok, status }) => [ok ? 'well' : 'ill', ok ? 'works' : `does not answer (${status})`])
    .catch(() => ['ill', 'does not answer'])
    .then(([kind, text]) => {
      state.dataset.state = kind;
      state.textContent = text;
    });
}
