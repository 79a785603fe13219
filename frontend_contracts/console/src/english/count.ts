const whole = new Intl.NumberFormat("en");

/** A number with its noun. */
export const count = (n: number, one: string, many: string) =>
  `${whole.format(n)} ${n === 1 ? one : many}`;
