// Signs without leaving the page, and shows what others write meanwhile.
const list = document.getElementById('entries');
const empty = document.getElementById('empty');
const problem = document.getElementById('problem');
const form = document.getElementById('form');
const text = document.getElementById('text');

async function ask(query, options) {
  const answer = await fetch(`guestbook.php?${new URLSearchParams(query)}`, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error);
  return body;
}

function show({ entries, servedBy }) {
  const shown = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
  list.replaceChildren(
    ...entries.map((entry) => {
      const item = document.createElement('li');
      const words = Object.assign(document.createElement('span'), { className: 'text', textContent: entry.text });
      const at = new Date(entry.at * 1000);
      const time = Object.assign(document.createElement('time'), { dateTime: at.toISOString(), textContent: `${shown.format(at)} UTC` });
      item.append(words, time);
      return item;
    }),
  );
  empty.hidden = entries.length > 0;
  document.getElementById('server').textContent = servedBy;
}

async function refresh(action) {
  try {
    if (action) await action();
    show(await ask({ cmd: 'list' }));
    problem.hidden = true;
  } catch (error) {
    problem.textContent = `${error.message}. It is tried again.`;
    problem.hidden = false;
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const words = text.value;
  refresh(async () => {
    await ask({ cmd: 'add' }, { method: 'POST', body: new URLSearchParams({ text: words }) });
    if (text.value === words) text.value = '';
  });
});
setInterval(() => {
  if (!document.hidden) refresh();
}, 5000);
