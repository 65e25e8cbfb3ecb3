// Texts whose contrast with what is behind them is below WCAG AA (4.5; 3 for large text).
const rgb = (s) => {
  let v = (s.match(/[\d.]+/g) || []).map(Number);
  if (!v.length) return null;
  if (s.includes('color(srgb')) v = [v[0] * 255, v[1] * 255, v[2] * 255, v[3] ?? 1];
  return [v[0], v[1], v[2], v[3] ?? 1];
};
const part = (c) => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; };
const light = ([r, g, b]) => .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
const behind = (element) => {
  const layers = [];
  for (let e = element; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c && c[3] > 0) { layers.push(c); if (c[3] >= 1) break; }
  }
  return layers.reverse().reduce((below, c) => over(c, below), [255, 255, 255, 1]);
};
const poor = [];
let seen = 0;
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const text = walk.currentNode.textContent.trim(), element = walk.currentNode.parentElement;
  if (!text || !element.offsetParent || ['SCRIPT', 'STYLE'].includes(element.tagName) || element.closest('.unseen, [disabled]')) continue;
  const style = getComputedStyle(element), ground = behind(element), ink = over(rgb(style.color), ground);
  const [a, b] = [light(ink), light(ground)], ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05), size = parseFloat(style.fontSize);
  seen += 1;
  if (ratio < (size >= 24 || (size >= 18.66 && +style.fontWeight >= 700) ? 3 : 4.5)) poor.push(`${ratio.toFixed(2)} ${element.tagName}.${element.className}: ${text.slice(0, 20)}`);
}
return [seen, poor];
