// The prediction page's script: sends the form and changes to another one without a reload, by parts of the page that the server answers with;
// a click on a map chooses the nearest place.

export const pageScript = `(() => {
let latest;
const load = async (url, options) => {
  const mine = latest = {};
  const response = await fetch(url, options);
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  if (!page.getElementById('outcome')) throw new Error('another page');
  return mine === latest ? page : undefined;
};
const swap = (id, page) => document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
const read = () => String(new URLSearchParams(new FormData(document.getElementById('prediction'))));
const maps = () => [...document.querySelectorAll('.map')];
document.documentElement.classList.add('scripts');
document.addEventListener('focusin', ({target}) => { if (target.list) target.select(); });
const mark = (field) => {
  const circle = field.parentElement.querySelector('.map circle');
  if (!circle) return;
  const option = [...field.list.options].find(({value, dataset}) => value === field.value && dataset.x);
  circle.toggleAttribute('hidden', !option);
  if (option) { circle.setAttribute('cx', option.dataset.x); circle.setAttribute('cy', option.dataset.y); }
};
document.addEventListener('input', ({target}) => { if (target.list) mark(target); });
document.addEventListener('click', (event) => {
  const map = event.target.closest('.map svg');
  if (!map) return;
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
  const field = map.closest('div').querySelector('input');
  const far = ({dataset: {x, y}}) => Math.hypot(x - at.x, y - at.y);
  field.value = [...field.list.options].filter(({dataset}) => dataset.x).reduce((one, other) => far(other) < far(one) ? other : one).value;
  mark(field);
});
document.addEventListener('submit', async (event) => {
  event.preventDefault();
  const sent = read();
  try {
    const page = await load('./', {method: 'POST', body: new URLSearchParams(sent)});
    if (!page) return;
    const focused = document.activeElement.id;
    // What was written meanwhile stays.
    if (read() === sent || page.querySelector('[aria-invalid]')) {
      const open = maps().map((map) => map.open);
      swap('fields', page);
      maps().forEach((map, index) => { map.open = open[index]; });
    }
    swap('outcome', page);
    const next = document.querySelector('[aria-invalid]') || document.getElementById(focused);
    if (next) next.focus();
  } catch {
    const problem = document.createElement('p');
    problem.className = 'problem';
    problem.textContent = 'The service does not answer. Check that it runs, and try again.';
    document.getElementById('outcome').replaceChildren(problem);
  }
});
document.addEventListener('click', async (event) => {
  const link = event.target.closest('.kinds a');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const query = new URLSearchParams(read());
  query.set('category', new URL(link.href).searchParams.get('category'));
  try {
    const page = await load('./?' + query);
    if (!page) return;
    document.title = page.title;
    swap('main', page);
    history.replaceState(null, '', link.href);
    document.querySelector('.kinds [aria-current]').focus();
  } catch {
    location.assign(link.href);
  }
});
})();`;
