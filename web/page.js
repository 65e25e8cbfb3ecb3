// What the page does in the browser without asking the server: open a citation, copy, download, the theme, the keyboard.
window.zw = (() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const say = (text) => {
    let box = $('#zw-said');
    if (!box) {
      box = Object.assign(document.createElement('div'), {id: 'zw-said'});
      box.setAttribute('role', 'status');
      ($('.gradio-container .contain') || document.body).append(box);
    }
    box.textContent = text;
    box.classList.add('shown');
    clearTimeout(box.timer);
    box.timer = setTimeout(() => box.classList.remove('shown'), 2600);
  };
  const announce = (text) => { // for those who hear the page
    let box = $('#zw-heard');
    if (!box) {
      box = Object.assign(document.createElement('div'), {id: 'zw-heard', className: 'unseen'});
      box.setAttribute('role', 'status');
      ($('.gradio-container .contain') || document.body).append(box);
    }
    if (box.textContent !== text) box.textContent = text;
  };
  const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';

  // — the source pane —
  const pane = () => $('#sources .pane') || $('#sources');
  const fill = (turn) => {
    const held = turn && $('.turn-sources', turn);
    if (!held || !pane() || (pane().held === held.innerHTML && pane().childElementCount)) return;
    pane().innerHTML = pane().held = held.innerHTML;
    $('#sources').scrollTop = 0;
    document.querySelectorAll('.turn.current').forEach((t) => t.classList.remove('current'));
    turn.classList.add('current');
  };
  const narrow = () => matchMedia('(max-width: 900px)').matches;
  const sheet = (open) => {
    $('#desk')?.classList.toggle('sheet-open', open);
    if (!open && zw.opener && zw.opener.isConnected) zw.opener.focus();
  };
  const open = (turn, n, from) => {
    const whole = turn?.classList.contains('sheet');
    if (!whole) fill(turn);
    zw.opener = from;
    if (narrow() && !whole) sheet(true);
    const card = whole ? $(`.source[data-n="${n}"]`, turn) : n ? $(`.source[data-n="${n}"]`, pane()) : $('.source', pane());
    if (!card) return;
    document.querySelectorAll('.source.lit').forEach((c) => c.classList.remove('lit'));
    card.classList.add('lit');
    const context = $('.context', card);
    if (n && context) context.open = true;
    const box = $('#sources');
    if (whole) card.scrollIntoView({block: 'center', behavior: calm()});
    else if (narrow() || box.scrollHeight > box.clientHeight)
      box.scrollTo({top: card.offsetTop - 4, behavior: calm()});
    card.focus({preventScroll: true});
  };

  // — copying and saving —
  const copy = async (text, done) => {
    try { await navigator.clipboard.writeText(text); } catch {
      const area = Object.assign(document.createElement('textarea'), {value: text});
      document.body.append(area); area.select(); document.execCommand('copy'); area.remove();
    }
    window.zw.copied = text;
    say(done);
  };
  const words = (node) => {
    const clone = node.cloneNode(true);
    clone.querySelectorAll('.cite').forEach((c) => c.replaceWith(`[${c.dataset.n}]`));
    clone.querySelectorAll('td, th').forEach((c) => c.append('\t'));
    clone.querySelectorAll('p, li, tr, blockquote, h2, h3').forEach((p) => p.append('\n'));
    clone.querySelectorAll('br').forEach((b) => b.replaceWith('\n'));
    return clone.textContent.replace(/[ \t]+\n/g, '\n').replace(/\n{3,}/g, '\n\n').trim();
  };
  const asText = (turn) => {
    const cited = [...turn.querySelectorAll('.turn-sources .source')].map((s) =>
      `[${s.dataset.n}] ${words($('h3', s))}（${words($('.facts', s))}）：${words($('mark', s) || $('.law', s))}`);
    return `问：${words($('h2', turn))}\n\n${words($('.md', turn))}\n\n引文\n${cited.join('\n')}\n`;
  };
  const save = ({name, data, type}) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const url = URL.createObjectURL(new Blob([bytes], {type}));
    const a = Object.assign(document.createElement('a'), {href: url, download: name});
    document.body.append(a); a.click(); a.remove();
    setTimeout(() => URL.revokeObjectURL(url), 5000);
  };
  const called = async (work, failing) => {
    try {
      const got = await work();
      if (got && got.error) { say(got.error); return null; }
      return got;
    } catch { say(failing); return null; }
  };

  // — a part of the page that reports presses to the server —
  const listen = (element, trigger, server) => {
    element.addEventListener('click', async (event) => {
      const b = event.target.closest('button');
      if (!b || !element.contains(b)) return;
      const turn = b.closest('.turn');
      const of = turn && [turn.dataset.q, turn.dataset.asof];
      if (b.dataset.act) return trigger('click', {act: b.dataset.act, value: b.dataset.value});
      if (b.classList.contains('cite')) return open(turn, b.dataset.n, b);
      switch (b.dataset.do) {
        case 'sources': return open(turn, null, b);
        case 'copy': return copy(asText(turn), '已复制回答和引文');
        case 'address': return copy(location.origin + b.dataset.address, '链接已复制');
        case 'write': return $('#question textarea')?.focus();
        case 'amount': {
          const field = $('input', b.parentElement);
          if (!field.value.trim()) { field.focus(); return say('请先填数值'); }
          const value = field.value.trim();
          const whole = value.endsWith(field.dataset.unit) ? value : value + field.dataset.unit;
          return trigger('click', {act: 'ask', value: field.dataset.name + whole});
        }
        case 'docx': {
          b.disabled = true;
          const file = await called(() => server.answer_docx(...of), '导出失败，请重试');
          b.disabled = false;
          return file && (save(file), say('答复意见已下载'));
        }
        case 'sheet': {
          const file = await called(() => server.sheet_file(of[0], of[1], b.dataset.kind), '导出失败，请重试');
          return file && (save(file), say('预审表已下载'));
        }
        case 'template': {
          const file = await called(() => server.template('x'), '下载失败，请重试');
          return file && save(file);
        }
        case 'good': {
          const kept = await called(() => server.feedback(...of, '有用', ''), '没有保存成功，请重试');
          if (kept) { b.setAttribute('aria-pressed', 'true'); say('谢谢，已保存'); }
          return;
        }
        case 'bad': {
          const form = $('.note', turn);
          form.hidden = !form.hidden;
          return form.hidden || $('textarea', form).focus();
        }
        case 'page': return showPage(b, server);
        case 'clause': return showClause(b, server);
        case 'duties': {
          const bar = b.closest('.bar').dataset;
          const file = await called(() => server.duties(bar.unit, bar.role, bar.topic), '导出失败，请重试');
          return file && (save(file), say('职责表已下载'));
        }
      }
    });
    element.addEventListener('submit', async (event) => {
      event.preventDefault();
      const turn = event.target.closest('.turn');
      const note = $('textarea', event.target).value;
      const kept = await called(() => server.feedback(turn.dataset.q, turn.dataset.asof, '有误', note), '没有保存成功，请重试');
      if (!kept) return;
      event.target.hidden = true;
      $('[data-do=bad]', turn).setAttribute('aria-pressed', 'true');
      say('谢谢，已保存');
    });
    element.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && event.target.matches('.amount input')) {
        event.preventDefault();
        $('button', event.target.parentElement).click();
      }
      if (event.key === 'Enter' && event.target.matches('tr[data-act], li[data-act]')) event.target.click();
    });
    element.addEventListener('click', (event) => {
      const row = event.target.closest('tr[data-act]');
      if (row && element.contains(row) && !event.target.closest('button, a')) trigger('click', {act: row.dataset.act, value: row.dataset.value});
    });
  };
  const dialog = (name, from, parts) => {
    const box = Object.assign(document.createElement('dialog'), {className: name});
    const close = Object.assign(document.createElement('button'), {type: 'button', textContent: '关闭', className: 'close'});
    close.onclick = () => box.close();
    box.onclick = (event) => { if (event.target === box) box.close(); };
    box.onclose = () => { box.remove(); if (from.isConnected) from.focus(); };
    box.append(close, ...parts);
    ($('.gradio-container .contain') || document.body).append(box);
    box.showModal();
    return box;
  };
  const showPage = async (b, server) => {
    b.disabled = true;
    say('正在取出原件页面……');
    const got = await called(() => server.page_image(b.dataset.clause, b.dataset.quote), '原件页面打不开，请重试');
    b.disabled = false;
    if (got) dialog('original', b, [Object.assign(document.createElement('p'), {textContent: got.title}), Object.assign(new Image(), {src: got.image, alt: got.title})]);
  };
  const showClause = async (b, server) => {
    const got = await called(() => server.clause(b.dataset.clause, b.dataset.quote || ''), '条文打不开，请重试');
    if (!got) return;
    const body = document.createElement('div');
    body.innerHTML = got.html;
    const box = dialog('clause', b, [body]);
    listen(body, () => {}, server);
    $('.here', box)?.scrollIntoView({block: 'nearest'});
  };

  // — a conversation: a new turn is read from its beginning —
  const talk = (element, trigger, server, watch) => {
    listen(element, trigger, server);
    const shown = () => {
      const turn = $('.turn', element), box = $('#talk');
      if (!turn) return;
      fill($('.turn-sources', turn) ? turn : null);
      if ($('.actions', turn)) announce(`回答：${$('.md', turn)?.textContent.trim().slice(0, 120)}`);
      const key = $('h2', turn)?.textContent + document.querySelectorAll('#past .turn').length;
      if (element.seen !== key) [element.seen, element.moved] = [key, false];
      if (element.id === 'past' || element.moved || !box) return;
      requestAnimationFrame(() => {
        if (getComputedStyle(box).overflowY !== 'visible')
          box.scrollTop += turn.getBoundingClientRect().top - box.getBoundingClientRect().top - 8;
        else if (turn.getBoundingClientRect().top < 0 || turn.getBoundingClientRect().top > innerHeight / 2)
          turn.scrollIntoView({block: 'start', behavior: 'auto'});
      });
    };
    for (const kind of ['wheel', 'touchmove', 'keydown', 'pointerdown'])
      document.addEventListener(kind, () => { element.moved = true; }, {passive: true});
    watch('value', shown);
    shown();
  };

  // — what was asked for is brought into view —
  const reveal = (element, trigger, server, watch) => {
    listen(element, trigger, server);
    watch('value', () => requestAnimationFrame(() => {
      const top = element.getBoundingClientRect().top;
      if (top < 0 || top > innerHeight * .7) element.scrollIntoView({block: 'start', behavior: calm()});
    }));
  };

  // — the source pane, which an address may fill —
  const sourcePane = (element, trigger, server, watch) => {
    listen(element, trigger, server);
    const shown = () => narrow() && $('.source.whole', element) && sheet(true);
    watch('value', () => requestAnimationFrame(shown));
    shown();
  };

  // — light and dark —
  const theme = (dark) => {
    document.body.classList.toggle('dark', dark);
    document.querySelectorAll('[data-do=theme]').forEach((b) => {
      b.setAttribute('aria-pressed', String(dark));
      b.textContent = dark ? '浅色' : '深色';
    });
  };
  document.addEventListener('click', (event) => {
    const b = event.target.closest('[data-do=theme], [data-do=print], [data-do=close-sheet]');
    if (!b) return;
    if (b.dataset.do === 'print') return window.print();
    if (b.dataset.do === 'close-sheet') return sheet(false);
    const dark = !document.body.classList.contains('dark');
    localStorage.setItem('zw-theme', dark ? 'dark' : 'light');
    theme(dark);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && $('#desk.sheet-open')) sheet(false);
    if (event.key === '/' && !event.target.matches('input, textarea, select')) {
      const box = $('#question textarea');
      if (box && box.offsetParent) { event.preventDefault(); box.focus(); }
    }
  });
  const start = () => {
    const kept = localStorage.getItem('zw-theme');
    if (kept) theme(kept === 'dark');
    else theme(document.body.classList.contains('dark'));
  };
  // — what Gradio names in English for those who hear the page —
  const NAMES = {'More tabs': '更多标签页', 'Click to upload or drop files': '点击上传或拖放文件', 'File upload': '上传文件', 'Remove this file': '去掉这个文件',
    'Clear': '清空', 'Close': '关闭', 'Download': '下载', 'Cancel': '取消', 'Copy': '复制'};
  let looking = false;
  const look = () => {
    looking = false;
    const b = $('[data-do=theme]'), dark = document.body.classList.contains('dark');
    if (b && b.getAttribute('aria-pressed') !== String(dark)) theme(dark);
    for (const e of document.querySelectorAll('[aria-label]')) {
      const name = NAMES[e.getAttribute('aria-label')];
      if (name) e.setAttribute('aria-label', name);
    }
  };
  new MutationObserver(() => {
    if (!looking) looking = setTimeout(look, 120);
  }).observe(document.documentElement, {childList: true, subtree: true});
  return {listen, talk, reveal, sourcePane, start, say, save, opener: null};
})();
