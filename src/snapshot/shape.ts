/** Takes a value that was read from a file, gives where it is not what it should be. Small on purpose: the
 * current snapshot is read by nearly every command. */

/** Looks at a value; gives null, or what is wrong and where (`.paths[3].state: …`). */
export type Shape = (value: unknown) => string | null;

export const text: Shape = (value) => typeof value === "string" ? null : ": is no text";
export const flag: Shape = (value) => typeof value === "boolean" ? null : ": is not true or false";
export const whole: Shape = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? null : ": is no whole number";
export const integer: Shape = (value) =>
  Number.isSafeInteger(value) ? null : ": is no whole number";
export const anything: Shape = (value) => value === undefined ? ": is missing" : null;

/** One of some texts. */
export function oneOf(...allowed: string[]): Shape {
  return (value) => allowed.includes(value as string) ? null : `: is none of ${allowed.join(", ")}`;
}

/** Something or null. */
export function nullable(shape: Shape): Shape {
  return (value) => value === null ? null : shape(value);
}

/** Something or nothing at all. */
export function optional(shape: Shape): Shape {
  return (value) => value === undefined ? null : shape(value);
}

/** Either. */
export function either(first: Shape, second: Shape): Shape {
  return (value) => first(value) === null ? null : second(value);
}

export function list(shape: Shape): Shape {
  return (value) => {
    if (!Array.isArray(value)) return ": is no list";
    for (let n = 0; n < value.length; n++) {
      const wrong = shape(value[n]);
      if (wrong !== null) return `[${n}]${wrong}`;
    }
    return null;
  };
}

/** A list of so many, each with a shape of its own. */
export function tuple(...shapes: Shape[]): Shape {
  return (value) => {
    if (!Array.isArray(value) || value.length !== shapes.length) {
      return `: is no list of ${shapes.length}`;
    }
    for (const [n, shape] of shapes.entries()) {
      const wrong = shape(value[n]);
      if (wrong !== null) return `[${n}]${wrong}`;
    }
    return null;
  };
}

/** A table whose keys are free. */
export function table(shape: Shape): Shape {
  return (value) => {
    if (!isRecord(value)) return ": is no table";
    for (const key in value) {
      const wrong = shape(value[key]);
      if (wrong !== null) return `[${JSON.stringify(key)}]${wrong}`;
    }
    return null;
  };
}

/** A table with these fields, and perhaps others. */
export function fields(shapes: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(shapes);
  return (value) => {
    if (!isRecord(value)) return ": is no table";
    for (const [key, shape] of entries) {
      const wrong = shape(value[key]);
      if (wrong !== null) return `.${key}${wrong}`;
    }
    return null;
  };
}

/** A table whose fields depend on its `kind`. */
export function byKind(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value) => {
    if (!isRecord(value)) return ": is no table";
    const kind = String(value.kind);
    return Object.hasOwn(shapes, kind) ? shapes[kind](value) : `.kind: "${kind}" is unknown`;
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
