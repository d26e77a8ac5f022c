// Runs in the page: WCAG's contrast of every text with its background, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
(() => {
  const luminance = (colour) => {
    const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => Number(part) / 255);
    const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const backgroundOf = (element) => {
    if (element === null) return 'rgb(255, 255, 255)';
    const { backgroundColor } = getComputedStyle(element);
    return backgroundColor.startsWith('rgba(0, 0, 0, 0') ? backgroundOf(element.parentElement) : backgroundColor;
  };
  return [...document.querySelectorAll('p, li, td, th, h1, h2, h3, figcaption, strong, .figure, .verdict, svg text')].map((element) => {
    const style = getComputedStyle(element);
    const [text, back] = [luminance(element instanceof SVGElement ? style.fill : style.color), luminance(backgroundOf(element))];
    return { of: `${element.tagName} ${element.textContent.slice(0, 30)}`, contrast: (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05) };
  });
})();
