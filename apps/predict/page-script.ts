// The prediction page's script: sends the form and changes to another one without a reload, by parts of the page that the server answers with.

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
document.addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.target;
  const focused = document.activeElement;
  try {
    const page = await load('./', {method: 'POST', body: new URLSearchParams(new FormData(form))});
    if (!page) return;
    if (document.querySelector('[aria-invalid]') || page.querySelector('[aria-invalid]')) swap('fields', page);
    swap('outcome', page);
    const next = document.querySelector('[aria-invalid]') || document.getElementById(focused.id);
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
  const query = new URLSearchParams(new FormData(document.getElementById('prediction')));
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
