/** $(NAME) references in env values, commands and arguments (third_party/forked/golang/expansion): `$$` is a literal `$`. */

/** A reference that `lookup` does not know stays as it is written. */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  let result = '';
  let from = 0;
  for (let at = text.indexOf('$'); at >= 0 && at + 1 < text.length; at = text.indexOf('$', from)) {
    result += text.slice(from, at);
    const next = text[at + 1];
    if (next === '(') {
      const end = text.indexOf(')', at + 2);
      if (end < 0) {
        // Not closed: no reference.
        result += '$(';
        from = at + 2;
        continue;
      }
      const name = text.slice(at + 2, end);
      result += lookup(name) ?? `$(${name})`;
      from = end + 1;
    } else {
      result += next === '$' ? '$' : `$${next}`;
      from = at + 2;
    }
  }
  return result + text.slice(from);
}
