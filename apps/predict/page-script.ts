// The prediction page's script: asks the API without a reload. The page works without it; every value is set as text.

export const pageScript = `(() => {
const form = document.getElementById('trip');
const when = form.elements.pickup_datetime;
if (!when.value) {
  const parts = new Intl.DateTimeFormat('sv-SE', {timeZone: 'America/New_York', dateStyle: 'short', timeStyle: 'short'}).format(new Date());
  when.value = parts.replace(' ', 'T');
}
const show = (id, text) => { document.getElementById(id).textContent = text; };
const mark = (problems) => {
  for (const control of form.elements) {
    const note = document.getElementById(control.name + '-note');
    if (!note) continue;
    const problem = problems.find((found) => found.field === control.name);
    note.textContent = problem ? problem.message : note.dataset.hint;
    note.className = problem ? 'problem' : 'hint';
    if (problem) control.setAttribute('aria-invalid', 'true'); else control.removeAttribute('aria-invalid');
  }
};
const fail = (text) => {
  document.getElementById('fare').hidden = true;
  document.querySelector('.outcome-empty').hidden = true;
  show('problem', text);
};
const dollars = (amount) => '$' + amount.toFixed(2);
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    const response = await fetch('api/predict', {
      method: 'POST',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    const found = await response.json();
    if (!response.ok) {
      mark(found.errors);
      const other = found.errors.filter(({field}) => !form.elements[field]);
      fail(other.length ? other.map(({message}) => message).join('; ') : 'Please mend the marked fields.');
      const first = form.querySelector('[aria-invalid]');
      if (first) first.focus();
      return;
    }
    mark([]);
    show('problem', '');
    document.querySelector('.outcome-empty').hidden = true;
    document.getElementById('fare').hidden = false;
    show('fare-amount', dollars(found.fare_amount));
    show('fare-error', 'Typical error (RMSE) ' + dollars(found.model.rmse));
    show('fare-note', found.trip_distance + ' miles' + (found.distance_estimated ? ', estimated' : '') + ' \\u00b7 ' + found.model.category + ' model ' + found.model.version);
  } catch {
    fail('The service does not answer. Check that it runs, and try again.');
  } finally {
    button.disabled = false;
  }
});
})();`;
